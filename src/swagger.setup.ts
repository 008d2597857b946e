import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

const DESCRIPTION = `A self-hosted account backend: sign-up with mailbox proof, login with rotating tokens, forgotten password and login ID.

Errors are \`application/problem+json\` (RFC 9457): programs go by \`code\`, people read \`title\` and \`detail\` in the language of \`Accept-Language\` (en, ko).
Durations are whole seconds, times ISO 8601 in UTC.`;

/** Swagger UI needs its own scripts and inline styles; nothing from elsewhere. */
const SWAGGER_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function buildOpenApi(app: NestFastifyApplication): OpenAPIObject {
  const bearer = (description: string) =>
    ({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description }) as const;
  const options = new DocumentBuilder()
    .setTitle('Munjigi')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth(bearer('The `accessToken` of a token answer: calls the API'), 'access')
    .addBearerAuth(bearer('The `refreshToken` of a token answer: gets the next pair'), 'refresh')
    .addBearerAuth(bearer('The `resetToken` of a confirmed code or link: sets a new password once'), 'reset')
    .addGlobalParameters({
      name: 'Accept-Language',
      in: 'header',
      required: false,
      schema: { type: 'string', enum: ['en', 'ko'] },
      description: 'Language of messages',
    })
    .addTag('Sign-up', 'From "I want an account" to the first login')
    .addTag('Login and tokens', 'Sessions and the tokens that stand for them')
    .addTag('Forgotten password', 'By a mailed code or link')
    .addTag('Forgotten login ID', 'By a mailed code')
    .addTag('The member', 'What belongs to whoever is signed in')
    .addTag('Keys', 'For services that check access tokens themselves')
    .addTag('Operations', 'For load balancers and orchestrators')
    .build();
  return SwaggerModule.createDocument(app, options, {
    autoTagControllers: false, // operations are grouped by what people do, not by our classes
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
}

/** Serves Swagger UI at /docs and the document at /docs-json. The document is built when first asked for. */
export async function setUpSwagger(app: NestFastifyApplication, fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onSend', async (request, reply) => {
    if (/^\/docs(?:[/?-]|$)/.test(request.url)) void reply.header('content-security-policy', SWAGGER_CSP);
  });
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Munjigi API',
    swaggerOptions: {
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      tagsSorter: undefined,
    },
  });
}
