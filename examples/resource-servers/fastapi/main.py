"""An API of your own. Start it with `uvicorn main:app`."""

import os

from fastapi import Depends, FastAPI, Request

from munjigi import Munjigi

munjigi = Munjigi(
    issuer=os.environ["ISSUER"],
    audience=os.environ.get("AUDIENCE", os.environ["ISSUER"]),
    api_key=os.environ["API_KEY"],
    api_url=os.environ["API_URL"],
    max_silence=float(os.environ.get("MAX_SILENCE_SECONDS", "15")),
)
app = FastAPI(on_startup=[munjigi.start], on_shutdown=[munjigi.stop])


async def member(request: Request) -> dict:
    return await munjigi.verify(request)


async def recent_member(claims: dict = Depends(member)) -> dict:
    munjigi.check_recent(claims, 300)
    return claims


@app.get("/me")
async def me(claims: dict = Depends(member)):
    return {"sub": claims["sub"], "role": claims["role"]}


@app.get("/payments")
async def payments(claims: dict = Depends(recent_member)):
    return {"sub": claims["sub"], "role": claims["role"]}
