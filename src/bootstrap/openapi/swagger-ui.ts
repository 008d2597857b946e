import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { VERSION } from '../../platform/config/version.js';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { LOGIN_OUTCOMES } from '../../auth/login/login.dto.js';
import { DESCRIPTION } from './description.js';
import { polished } from './polish.js';
import { keepTokens } from './workbench.js';

/** Path prefixes in the order in which a new client needs the operations. */
const JOURNEY = [
  '/api/auth/sign-up',
  '/api/auth/login-id/check',
  '/api/auth/login',
  '/api/auth/refresh',
  '/api/auth/verify',
  '/api/auth/logout',
  '/api/auth/sessions',
  '/api/auth/reauthenticate',
  '/api/auth/password-reset',
  '/api/members/me',
  '/api/auth/not-me',
  '/api/admin',
];

/** Small boxes for small bodies, so that request and response fit on one screen. */
const COMPACT =
  '.swagger-ui .topbar { display: none } .swagger-ui textarea.body-param__text { height: 9rem; min-height: 9rem }';

/** Swagger UI needs its own scripts and inline styles, and nothing from other origins. */
const SWAGGER_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function buildOpenApi(app: NestFastifyApplication): OpenAPIObject {
  const bearer = (description: string) =>
    ({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description }) as const;
  const options = new DocumentBuilder()
    .setTitle('Munjigi')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server that serves this document')
    .addBearerAuth(
      bearer('The `accessToken` of a token response. Calls the API for the time in `expiresIn`, about ten minutes.'),
      'access',
    )
    .addBearerAuth(
      bearer(
        'The `refreshToken` of a token response. Can be exchanged once for the next pair of tokens; also logs out.',
      ),
      'refresh',
    )
    .addBearerAuth(
      bearer('The `resetToken` of a confirmed code or link. Sets a new password once; of no other use.'),
      'reset',
    )
    .addGlobalParameters({
      name: 'Accept-Language',
      in: 'header',
      required: false,
      schema: { type: 'string', enum: ['en', 'ko'] },
      description: 'Language of messages',
    })
    .addTag('Sign-up', 'From the first request to the first login')
    .addTag('Login and tokens', 'Sessions and their tokens')
    .addTag('Forgotten password', 'By a mailed code or link')
    .addTag('Forgotten login ID', 'By a mailed code')
    .addTag('The member', 'The account of the signed-in member')
    .addTag('Administration', 'For administrators with two-step login; changes need a recent login')
    .addTag('Keys', 'For services that verify access tokens themselves')
    .addTag('Operations', 'For load balancers and orchestrators')
    .build();
  const document = SwaggerModule.createDocument(app, options, {
    autoTagControllers: false, // operations are grouped by journey, not by controller
    operationIdFactory,
  });
  // No class can express a choice between classes, so these schemas are added by hand.
  Object.assign(document.components?.schemas ?? {}, LOGIN_OUTCOMES);
  return polished(document, JOURNEY);
}

/** `SignUpController.confirmCode` becomes `signUpConfirmCode`, the method name in generated clients. */
function operationIdFactory(controller: string, method: string): string {
  const subject = controller.replace(/Controller$/, '');
  return `${subject[0]?.toLowerCase()}${subject.slice(1)}${method[0]?.toUpperCase()}${method.slice(1)}`;
}

/** Serves Swagger UI at /docs and the document at /docs-json. The document is built at the first request. */
export async function setUpSwagger(app: NestFastifyApplication, fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onSend', async (request, reply) => {
    if (/^\/docs(?:[/?-]|$)/.test(request.url)) void reply.header('content-security-policy', SWAGGER_CSP);
  });
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Munjigi API',
    customCss: COMPACT,
    swaggerOptions: {
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      responseInterceptor: keepTokens,
      // Schemas are for programs: hide them, so that the page ends with the last operation.
      defaultModelsExpandDepth: -1,
    },
  });
}
