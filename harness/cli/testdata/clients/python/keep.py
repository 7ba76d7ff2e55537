"""Signs a user in with MSAL, which keeps its cache in a file, and reads one page.

keep.py sign-in   signs in by device code, anew
keep.py renew     with the refresh token in the cache
keep.py silent    as applications do: with the access token in the cache, if that is good
"""

import os
import sys

import msal
import requests

FILE = os.environ["TOKEN_CACHE"]
SCOPES = ["https://graph.microsoft.com/User.Read"]

cache = msal.SerializableTokenCache()
if os.path.exists(FILE):
    with open(FILE) as kept:
        cache.deserialize(kept.read())
app = msal.PublicClientApplication(
    os.environ["AZURE_CLIENT_ID"],
    authority="https://login.microsoftonline.com/" + os.environ["AZURE_TENANT_ID"],
    token_cache=cache,
)
if sys.argv[1] == "sign-in":
    result = app.acquire_token_by_device_flow(app.initiate_device_flow(SCOPES))
else:
    account = app.get_accounts()[0]
    result = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=sys.argv[1] == "renew")
if "access_token" not in result:
    sys.exit(f"no token: {result}")
answer = requests.get("https://graph.microsoft.com/v1.0/me", headers={"Authorization": "Bearer " + result["access_token"]})
print(answer.status_code)
if cache.has_state_changed:
    with open(FILE, "w") as kept:
        kept.write(cache.serialize())
