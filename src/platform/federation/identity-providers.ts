import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { SocialProviderSettings } from '../config/social-providers.js';
import type { IdentityProvider } from './identity-provider.js';
import { KakaoProvider } from './kakao-provider.js';
import { NaverProvider } from './naver-provider.js';
import { OpenIdProvider } from './openid-provider.js';

/** The configured providers with their protocols. */
@Injectable()
export class IdentityProviders {
  private readonly providers: ReadonlyMap<string, IdentityProvider>;

  constructor(config: AppConfig) {
    this.providers = new Map(config.socialProviders.map((settings) => [settings.id, providerOf(settings, config)]));
  }

  find(id: string): IdentityProvider | null {
    return this.providers.get(id) ?? null;
  }
}

function providerOf(settings: SocialProviderSettings, config: AppConfig): IdentityProvider {
  const { SOCIAL_NAVER_PROFILE_URL, SOCIAL_KAKAO_ADMIN_KEY, SOCIAL_KAKAO_API_URL } = config.env;
  if (settings.protocol === 'naver') return new NaverProvider(settings, SOCIAL_NAVER_PROFILE_URL);
  if (settings.id === 'kakao') return new KakaoProvider(settings, SOCIAL_KAKAO_API_URL, SOCIAL_KAKAO_ADMIN_KEY);
  return new OpenIdProvider(settings, settings.postsAnswer ? config.providerAnswerUri(settings.id) : undefined);
}
