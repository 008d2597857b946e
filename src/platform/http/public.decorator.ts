import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const IS_PUBLIC = 'munjigi:public';

/** Opens a route to requests without an access token. Every other route is guarded: deny by default. */
export const Public = (): CustomDecorator => SetMetadata(IS_PUBLIC, true);
