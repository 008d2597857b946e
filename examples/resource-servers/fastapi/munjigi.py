"""Verifies access tokens of Munjigi: signature, claims, revocations and proofs of possession."""

import asyncio
import base64
import hashlib
import json
import re
import time
from datetime import datetime

import httpx
import jwt
from fastapi import HTTPException, Request

ACCEPTED_ALGORITHMS = ["ES256"]
PROOF_ALGORITHMS = ["ES256", "EdDSA"]
PROOF_SECONDS = 60
USED_PROOF_SECONDS = 180  # a minute longer than a proof is fresh: clocks can step back
REFETCH_SECONDS = 30


class Munjigi:
    def __init__(self, issuer: str, audience: str, api_key: str, api_url: str, max_silence: float = 15):
        self.issuer, self.audience, self.api_url = issuer, audience, api_url
        self.http = httpx.AsyncClient(timeout=5)
        self.keys = Keys(self.http, issuer)
        self.revocations = Revocations(self.http, issuer, api_key, max_silence)
        self.used_proofs: dict[str, float] = {}

    def start(self) -> None:
        self.listening = asyncio.create_task(self.revocations.listen())

    async def stop(self) -> None:
        self.listening.cancel()
        await self.http.aclose()

    async def verify(self, request: Request) -> dict:
        """Returns the claims. Raises 401, or 503 while revocations are unknown."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "dpop") or not token:
            raise refusal("invalid_token")
        claims = await self._claims(token)
        if not self.revocations.is_current():
            raise HTTPException(503, "revocations are unknown")
        if self.revocations.covers(claims):
            raise refusal("invalid_token")
        bound_to = claims.get("cnf", {}).get("jkt")
        if (bound_to is not None) != (scheme.lower() == "dpop"):
            raise refusal("invalid_token")
        if bound_to is not None:
            self._check_proof(request, token, bound_to)
        return claims

    async def _claims(self, token: str) -> dict:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != "at+jwt" or header.get("alg") not in ACCEPTED_ALGORITHMS:
                raise refusal("invalid_token")
            key = await self.keys.find(header.get("kid"))
            if key is None:
                raise refusal("invalid_token")
            claims = jwt.decode(
                token,
                key,
                algorithms=ACCEPTED_ALGORITHMS,
                issuer=self.issuer,
                audience=self.audience,
                # Times are compared with the clock of the server, below.
                options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            raise refusal("invalid_token")
        if claims["exp"] <= self.revocations.now():
            raise refusal("invalid_token")
        return claims

    def _check_proof(self, request: Request, token: str, bound_to: str) -> None:
        """RFC 9449 section 4.3."""
        proof = request.headers.get("dpop", "")
        try:
            header = jwt.get_unverified_header(proof)
            jwk = header.get("jwk")
            if header.get("typ") != "dpop+jwt" or header.get("alg") not in PROOF_ALGORITHMS or "d" in jwk or "crit" in header:
                raise refusal("invalid_dpop_proof")
            options = {"require": ["jti", "iat", "htm", "htu", "ath"], "verify_iat": False}
            claims = jwt.decode(proof, jwt.PyJWK(jwk).key, algorithms=[header["alg"]], options=options)
            age = abs(claims["iat"] - self.revocations.now())
        except (jwt.PyJWTError, TypeError, KeyError, ValueError):
            raise refusal("invalid_dpop_proof")
        while self.used_proofs and next(iter(self.used_proofs.values())) <= time.monotonic():
            del self.used_proofs[next(iter(self.used_proofs))]  # the oldest comes first
        is_right = (
            thumbprint(jwk) == bound_to
            and claims["htm"] == request.method
            and claims["htu"] == self.api_url + request.url.path
            and claims["ath"] == base64url(hashlib.sha256(token.encode()).digest())
            and age <= PROOF_SECONDS
            and claims["jti"] not in self.used_proofs
        )
        if not is_right:
            raise refusal("invalid_dpop_proof")
        self.used_proofs[claims["jti"]] = time.monotonic() + USED_PROOF_SECONDS

    def check_recent(self, claims: dict, seconds: int) -> None:
        """Asks for a new login (RFC 9470) where the last one is older."""
        if claims.get("auth_time", 0) < self.revocations.now() - seconds:
            raise refusal("insufficient_user_authentication", f', max_age="{seconds}"')


class Keys:
    """The published keys, for as long as their answer may be cached."""

    def __init__(self, http: httpx.AsyncClient, issuer: str):
        self.http, self.issuer = http, issuer
        self.keys: dict[str, object] = {}
        self.fresh_until = self.refetch_at = 0.0
        self.loading = asyncio.Lock()

    async def find(self, kid: str | None):
        if kid in self.keys and time.monotonic() < self.fresh_until:
            return self.keys[kid]  # members wait for no fetch that an unknown key id began
        async with self.loading:
            if time.monotonic() >= self.fresh_until:
                await self._load()
            if kid not in self.keys and time.monotonic() >= self.refetch_at:
                # Once in a while only: anyone can send unknown key ids.
                self.refetch_at = time.monotonic() + REFETCH_SECONDS
                await self._load()
        return self.keys.get(kid)

    async def _load(self) -> None:
        try:
            metadata = (await self.http.get(f"{self.issuer}/.well-known/oauth-authorization-server")).json()
            if metadata["issuer"] != self.issuer:
                raise ValueError("metadata of another issuer")
            response = await self.http.get(metadata["jwks_uri"])
            keys = {jwk["kid"]: jwt.PyJWK(jwk).key for jwk in response.json()["keys"]}
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise HTTPException(503, "keys are unknown") from error
        max_age = re.search(r"max-age=(\d+)", response.headers.get("cache-control", ""))
        self.keys, self.fresh_until = keys, time.monotonic() + int(max_age[1] if max_age else 300)


class Revocations:
    """Follows the stream of revocations, and the clock of the server."""

    def __init__(self, http: httpx.AsyncClient, issuer: str, api_key: str, max_silence: float):
        self.http, self.max_silence = http, max_silence
        self.url = f"{issuer}/api/integrations/revocations"
        self.headers = {"authorization": f"Bearer {api_key}", "accept": "text/event-stream"}
        self.entries: dict[tuple[str, str], tuple[float, float]] = {}
        self.last_id: str | None = None
        self.event = ""
        self.heard_at = float("-inf")
        self.clock_offset = 0.0

    def now(self) -> float:
        return time.time() + self.clock_offset

    def is_current(self) -> bool:
        """Whether every revocation up to a moment ago is known."""
        return time.monotonic() - self.heard_at <= self.max_silence

    def covers(self, claims: dict) -> bool:
        entries = [self.entries.get(("session", claims["sid"])), self.entries.get(("member", claims["sub"]))]
        return any(entry is not None and claims["iat"] <= entry[0] for entry in entries)

    async def listen(self) -> None:
        while True:
            try:
                resume = {} if self.last_id is None else {"last-event-id": self.last_id}
                timeout = httpx.Timeout(5, read=self.max_silence)
                async with self.http.stream("GET", self.url, headers=self.headers | resume, timeout=timeout) as response:
                    response.raise_for_status()
                    async for line in response.aiter_lines():
                        self._read(line.strip())
            except (httpx.HTTPError, ValueError, KeyError) as error:
                print(f"The stream of revocations broke: {error!r}", flush=True)
            await asyncio.sleep(0.5)

    def _read(self, line: str) -> None:
        field, _, value = line.partition(":")
        if field == "id":
            self.last_id = value.strip()
        if field == "event":
            self.event = value.strip()
        if field != "data":
            return
        message = json.loads(value)
        if self.event == "revocation":
            self.entries[message["kind"], message["id"]] = (seconds(message["before"]), seconds(message["until"]))
        elif self.event == "heartbeat":
            # The first one follows the revocations that a new connection begins with.
            self.heard_at = time.monotonic()
            self.clock_offset = seconds(message["serverTime"]) - time.time()
            self.entries = {key: entry for key, entry in self.entries.items() if entry[1] > self.now()}


def refusal(error: str, more: str = "") -> HTTPException:
    scheme = "DPoP" if error == "invalid_dpop_proof" else "Bearer"
    return HTTPException(401, error, {"www-authenticate": f'{scheme} error="{error}"{more}'})


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def thumbprint(jwk: dict) -> str:
    """RFC 7638."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y") if name in jwk}
    return base64url(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
