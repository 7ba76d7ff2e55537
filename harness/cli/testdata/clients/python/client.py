"""Uses Microsoft Graph through urllib and prints what it was answered."""

import hashlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request

BASE = os.environ.get("GRAPH_BASE", "https://graph.microsoft.com")
V1 = BASE + "/v1.0"
BETA = BASE + "/beta"
TOKEN = os.environ["GRAPH_TOKEN"]
SHOWN = ["content-type", "location", "etag", "retry-after", "odata-version", "request-id"]


class Announced(urllib.request.HTTPRedirectHandler):
    """Follows redirects and prints them."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        show(code, headers, b"")
        print("> GET", newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


OPENER = urllib.request.build_opener(Announced)


def show(status, headers, body):
    print("<", status)
    for name in SHOWN:
        if headers.get(name):
            print(f"{name}: {headers[name]}")
    try:
        print(body.decode("utf-8"))
    except UnicodeDecodeError:
        print(len(body), "bytes,", hashlib.sha256(body).hexdigest())


def send(method, url, body=None, signed=True, **headers):
    """One request; returns status, headers and body. Redirects get no token."""
    req = urllib.request.Request(url, method=method)
    if signed:
        req.add_unredirected_header("Authorization", "Bearer " + TOKEN)
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers.setdefault("Content_Type", "application/json")
    for name, value in headers.items():
        req.add_header(name.replace("_", "-"), value)
    req.data = body
    print(">", method, url)
    try:
        answer = OPENER.open(req)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        data = answer.read()
        show(answer.status, answer.headers, data)
        return answer.status, answer.headers, data


def get(url, **headers):
    data = send("GET", url, **headers)[2]
    return json.loads(data) if data else None


def pages(url):
    """All pages of a list; the last one is returned with all values."""
    values = []
    while url:
        page = get(url)
        values += page["value"]
        url = page.get("@odata.nextLink")
    return values, page


def listing():
    users, _ = pages(V1 + "/users?$select=id,displayName,userPrincipalName&$top=5")
    return users


def create(user):
    bind = "https://graph.microsoft.com/beta/users('%s')" % user["id"]
    _, headers, _ = send("POST", BETA + "/chats", {
        "chatType": "group",
        "topic": "Design review",
        "members": [{
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": ["owner"],
            "user@odata.bind": bind,
        }],
        "installedApps": [{
            "teamsApp@odata.bind":
                "https://graph.microsoft.com/beta/appCatalogs/teamsApps/05F59CEC-A742-4A50-A62E-202A57E478A4",
        }],
    })
    where = headers["location"]
    status = ""
    while status not in ("succeeded", "failed"):
        operation = get(where if "://" in where else BETA + where)
        status = operation["status"]
    get(V1 + "/chats/" + operation["targetResourceId"])


def batch(user):
    send("POST", V1 + "/$batch", {"requests": [
        {"id": "1", "method": "GET", "url": "/users/" + user["id"] + "?$select=id,displayName"},
        {"id": "2", "method": "GET", "url": "/users/nobody@contoso.onmicrosoft.com"},
        {"id": "3", "method": "GET", "url": "/groups?$top=1", "dependsOn": ["1"]},
    ]})


def delta():
    _, last = pages(V1 + "/users/delta?$select=id,displayName")
    get(last["@odata.deltaLink"])


def upload(content, slice_size=320 * 1024):
    _, _, data = send("POST", V1 + "/me/drive/root:/big.bin:/createUploadSession",
                      {"item": {"@microsoft.graph.conflictBehavior": "replace"}})
    session = json.loads(data)["uploadUrl"]
    for at in range(0, len(content), slice_size):
        part = content[at:at + slice_size]
        send("PUT", session, part, signed=False, Content_Type="application/octet-stream",
             Content_Range=f"bytes {at}-{at + len(part) - 1}/{len(content)}")


def conflict():
    _, headers, data = send("POST", V1 + "/planner/tasks", {"planId": "xqQg5FS2LkCp935s-FIFm2QAFkHM", "title": "Paint"})
    task = json.loads(data)
    send("PATCH", V1 + "/planner/tasks/" + task["id"], {"title": "Paint it"}, If_Match=task["@odata.etag"])
    send("PATCH", V1 + "/planner/tasks/" + task["id"], {"title": "Sell it"}, If_Match=task["@odata.etag"])


def multipart():
    boundary = "b0undary"
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n'
        for name, kind, text in [
            ("Presentation", "text/html", "<html><head><title>Notes</title></head><body><object data='name:plan'/></body></html>"),
            ("plan", "application/octet-stream", "plan\x01of\x02tides"),
        ]) + f"--{boundary}--\r\n"
    send("POST", V1 + "/me/onenote/pages", body.encode(), Content_Type="multipart/form-data; boundary=" + boundary)


def content():
    """1 MB that is no text and the same in every run."""
    block = bytes(n * n * 31 + n >> 3 & 255 for n in range(4096))
    return b"\xff\xfe" + block * 256


users = listing()
get(V1 + "/users/" + users[0]["id"])
create(users[0])
batch(users[1])
delta()
big = content()
upload(big)
_, _, same = send("GET", V1 + "/me/drive/root:/big.bin:/content")
print("downloaded what was uploaded:", len(same) == len(big))
send("GET", V1 + "/users/nobody@contoso.onmicrosoft.com")
conflict()
multipart()
