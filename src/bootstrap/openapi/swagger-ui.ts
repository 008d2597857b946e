import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { VERSION } from '../../platform/config/version.js';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { LOGIN_OUTCOMES } from '../../auth/login/login.dto.js';
import { SOCIAL_OUTCOMES } from '../../auth/social-login/social-login.dto.js';
import { eventSchemas, webhookRequests } from '../../integrations/events/event-schemas.js';
import type { AttributeDeclaration } from '../../platform/attributes/attribute-declarations.js';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { withAttributes } from './attributes.js';
import { DESCRIPTION } from './description.js';
import { withMailLocales } from './mail-locales.js';
import { polished } from './polish.js';
import { withSharedParts } from './shared-parts.js';
import { filterOperations, foldErrors, keepTokens } from './workbench.js';

/** Beginnings of paths, segment by segment, in the order in which a new client needs the operations. */
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
  '/api/auth/login-id',
  '/api/members/me',
  '/api/auth/not-me',
  '/api/admin',
  '/api/integrations',
];

/** What clients send: Swagger UI, a browser in Korea, and Node.js. */
const ACCEPT_LANGUAGES = {
  examples: { english: { value: 'en' }, browser: { value: 'ko-KR,ko;q=0.9,en;q=0.8' }, any: { value: '*' } },
};

/**
 * Less air and smaller boxes, so that the request and the response of an operation fit on one
 * screen. Hides the top bar, the examples of `Accept-Language`, selections with a single choice, and
 * headings of tables that explain themselves.
 */
const COMPACT = `
.swagger-ui .topbar, .swagger-ui .parameters-container thead, .swagger-ui .parameters .examples-select,
.swagger-ui .responses-table thead, .swagger-ui .response-controls, .swagger-ui .response-col_links { display: none }
.swagger-ui .parameter__name { white-space: nowrap }
.swagger-ui textarea.body-param__text { height: 7rem; min-height: 7rem }
.swagger-ui .opblock-description-wrapper, .swagger-ui .opblock-section .table-container, .swagger-ui .responses-inner,
.swagger-ui .execute-wrapper, .swagger-ui .opblock .opblock-section-header { padding: 6px 20px }
.swagger-ui .opblock .opblock-section-header { min-height: 0 }
.swagger-ui .opblock-description-wrapper p, .swagger-ui .parameters .markdown p { margin: 0 }
.swagger-ui table tbody tr td { padding: 4px 0 }
.swagger-ui .parameters-col_description input[type="text"] { padding: 4px 10px; margin: 2px 0 }
.swagger-ui .parameters-col_description { margin: 0 }
.swagger-ui .responses-table .highlight-code { max-height: 12rem; overflow: auto }
.swagger-ui .errors { margin: 0 20px 12px; font-size: 14px }
.swagger-ui .errors summary { cursor: pointer; font-weight: 700 }
.swagger-ui .errors table { width: auto; margin: 8px 0 0 }
.swagger-ui .errors td { padding: 2px 24px 2px 0; font-size: 13px }`;

/** Swagger UI needs its own scripts and inline styles, and nothing from other origins. */
const SWAGGER_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * Builds the document. Without `declarations` it is the same on every server. {@link setUpSwagger}
 * adds what the operator declared: attributes of members and languages of mails.
 */
export function buildOpenApi(
  app: NestFastifyApplication,
  declarations: ReadonlyMap<string, AttributeDeclaration> = new Map(),
): OpenAPIObject {
  const bearer = (description: string) =>
    ({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description }) as const;
  const options = new DocumentBuilder()
    .setTitle('Munjigi')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server that serves this document')
    .addBearerAuth(
      bearer(
        'The `accessToken` of a token response. Calls the API for the time in `expiresIn`, by default ten minutes.',
      ),
      'access',
    )
    .addBearerAuth(
      bearer(
        'The `refreshToken` of a token response. Is exchanged for the next pair of tokens; sent again after a lost response, it returns the same pair. Also logs out.',
      ),
      'refresh',
    )
    .addBearerAuth(
      bearer('The `resetToken` of a confirmed code or link. Sets a new password once; of no other use.'),
      'reset',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'mjk_<id>_<secret>',
        description: 'An API key, for programs. Opens the operations that name one of its scopes.',
      },
      'apiKey',
    )
    .addBasicAuth(
      { type: 'http', scheme: 'basic', description: 'Any user name, and an API key as password.' },
      'apiKeyBasic',
    )
    .addCookieAuth(
      '__Host-munjigi-refresh',
      {
        type: 'apiKey',
        in: 'cookie',
        description:
          'The refresh token where the session has `transport` `cookie`. Needs an `Origin` on the allow-list. Over plain HTTP the name has no `__Host-`; `COOKIE_PREFIX` and a path in `PUBLIC_URL` change it.',
      },
      'refreshCookie',
    )
    .addGlobalParameters({
      name: 'Accept-Language',
      in: 'header',
      required: false,
      schema: { type: 'string' },
      ...ACCEPT_LANGUAGES,
      description: 'Languages of messages by preference (RFC 9110); those available are en and ko',
    })
    .addTag('Sign-up', 'From the first request to the first login')
    .addTag('Login and tokens', 'Sessions and their tokens')
    .addTag('Consents', 'Terms and other documents')
    .addTag('Social login', 'With an account at another provider')
    .addTag('Forgotten password', 'By a mailed code or link')
    .addTag('Forgotten login ID', 'By a mailed code')
    .addTag('The member', 'The account of the signed-in member')
    .addTag(
      'Administration',
      'For administrators with a second factor, whose changes need a recent login, and for API keys with the scope that an operation names',
    )
    .addTag('Integrations', 'For the programs of your product, with an API key')
    .addTag('Keys', 'For services that verify access tokens themselves')
    .addTag('Operations', 'For load balancers, orchestrators and Prometheus')
    .addExtension('x-tagGroups', [
      {
        name: 'Getting in',
        tags: ['Sign-up', 'Login and tokens', 'Social login', 'Consents', 'Forgotten password', 'Forgotten login ID'],
      },
      { name: 'Signed in', tags: ['The member', 'Administration'] },
      { name: 'Machines', tags: ['Integrations', 'Keys', 'Operations'] },
    ])
    .build();
  const document = SwaggerModule.createDocument(app, options, {
    autoTagControllers: false, // operations are grouped by journey, not by controller
    operationIdFactory,
  });
  // Added by hand: no class can express a choice between classes, and no route receives events.
  Object.assign(document.components?.schemas ?? {}, LOGIN_OUTCOMES, SOCIAL_OUTCOMES, eventSchemas());
  Object.assign(document, { 'x-webhooks': webhookRequests() });
  // Attributes come first: the example of a sign-up needs those that are required.
  return withSharedParts(polished(withAttributes(document, declarations), JOURNEY));
}

/**
 * `SignUpController.confirmCode` becomes `signUpConfirmCode`, the method name in generated clients.
 */
function operationIdFactory(controller: string, method: string): string {
  const subject = controller.replace(/Controller$/, '');
  return `${subject[0]?.toLowerCase()}${subject.slice(1)}${method[0]?.toUpperCase()}${method.slice(1)}`;
}

/**
 * Serves Swagger UI at /docs and the document at /docs-json and /docs-yaml. The document is built at
 * the first request.
 */
export async function setUpSwagger(app: NestFastifyApplication, fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onSend', async (request, reply) => {
    if (/^\/docs(?:[/?-]|$)/.test(request.url)) void reply.header('content-security-policy', SWAGGER_CSP);
  });
  const documentOf = (): OpenAPIObject => withMailLocales(buildOpenApi(app, app.get(MemberAttributes).all));
  SwaggerModule.setup('docs', app, documentOf, {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Munjigi API',
    customCss: COMPACT,
    swaggerOptions: {
      persistAuthorization: false, // no tokens in the storage of the browser
      displayRequestDuration: true,
      filter: true,
      plugins: [filterOperations, foldErrors],
      tryItOutEnabled: true,
      responseInterceptor: keepTokens,
      // Schemas are for programs: hide them, so that the page ends with the last operation.
      defaultModelsExpandDepth: -1,
    },
  });
}
