package com.example.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.web.SecurityFilterChain;

/** Admits requests with an access token of Munjigi, and refuses those whose session or member is revoked. */
@Configuration
class MunjigiSecurity {
  private static final Duration MAX_SILENCE = Duration.ofSeconds(15);

  private final Map<String, Instant> revokedBefore = new ConcurrentHashMap<>();
  private final Map<String, Instant> forgottenAt = new ConcurrentHashMap<>();
  private final JsonParser json = JsonParserFactory.getJsonParser();
  /** In nanoseconds: a change of the clock must not prolong it. Null until the stream was heard. */
  private volatile Long heardAt;
  private String lastEventId;
  private String event = "";

  @Bean
  JwtDecoder jwtDecoder(
      @Value("${munjigi.issuer}") String issuer,
      @Value("${munjigi.audience}") String audience,
      @Value("${munjigi.api-key}") String apiKey) {
    Thread listener = new Thread(() -> listen(issuer, apiKey), "munjigi-revocations");
    listener.setDaemon(true);
    listener.start();
    // The type of access tokens is at+jwt, which the validator checks.
    NimbusJwtDecoder decoder =
        NimbusJwtDecoder.withIssuerLocation(issuer)
            .jwsAlgorithm(SignatureAlgorithm.ES256)
            .validateType(false)
            .build();
    OAuth2TokenValidator<Jwt> claims =
        JwtValidators.createAtJwtValidator().issuer(issuer).audience(audience).clientId("munjigi").build();
    decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(claims, this::checkRevocations));
    return decoder;
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http) throws Exception {
    JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
    converter.setJwtGrantedAuthoritiesConverter(MunjigiSecurity::roleOf);
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtAuthenticationConverter(converter)))
        .build();
  }

  private static Collection<GrantedAuthority> roleOf(Jwt token) {
    return List.of(new SimpleGrantedAuthority("ROLE_" + token.getClaimAsString("role").toUpperCase()));
  }

  private OAuth2TokenValidatorResult checkRevocations(Jwt token) {
    Long heard = heardAt;
    boolean isCurrent = heard != null && System.nanoTime() - heard <= MAX_SILENCE.toNanos();
    boolean isRevoked =
        Stream.of("session " + token.getClaimAsString("sid"), "member " + token.getSubject())
            .map(revokedBefore::get)
            .anyMatch(before -> before != null && !token.getIssuedAt().isAfter(before));
    return isCurrent && !isRevoked
        ? OAuth2TokenValidatorResult.success()
        : OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token"));
  }

  private void listen(String issuer, String apiKey) {
    while (true) {
      try {
        follow(URI.create(issuer + "/api/integrations/revocations"), apiKey);
      } catch (IOException | RuntimeException broken) {
        System.err.println("The stream of revocations broke: " + broken);
      }
      try {
        Thread.sleep(500);
      } catch (InterruptedException stopping) {
        return;
      }
    }
  }

  private void follow(URI stream, String apiKey) throws IOException {
    URLConnection connection = stream.toURL().openConnection();
    connection.setConnectTimeout(5000);
    connection.setReadTimeout((int) MAX_SILENCE.toMillis());
    connection.setRequestProperty("Authorization", "Bearer " + apiKey);
    connection.setRequestProperty("Accept", "text/event-stream");
    if (lastEventId != null) connection.setRequestProperty("Last-Event-ID", lastEventId);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) read(line);
    }
  }

  private void read(String line) {
    if (line.startsWith("id:")) lastEventId = line.substring(3).strip();
    if (line.startsWith("event:")) event = line.substring(6).strip();
    if (!line.startsWith("data:")) return;
    Map<String, Object> message = json.parseMap(line.substring(5));
    if (event.equals("revocation")) {
      String key = message.get("kind") + " " + message.get("id");
      revokedBefore.put(key, timeOf(message, "before"));
      forgottenAt.put(key, timeOf(message, "until"));
    } else if (event.equals("heartbeat")) {
      // The first one follows the revocations that a new connection begins with.
      heardAt = System.nanoTime();
      Instant serverTime = timeOf(message, "serverTime");
      forgottenAt.entrySet().removeIf(entry -> entry.getValue().isBefore(serverTime));
      revokedBefore.keySet().retainAll(forgottenAt.keySet());
    }
  }

  private static Instant timeOf(Map<String, Object> message, String field) {
    return Instant.parse((String) message.get(field));
  }
}
