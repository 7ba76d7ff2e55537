const server = process.env.GRAPHVCR_URL ?? "http://127.0.0.1:8080";
const json = async (url, options) => (await fetch(url, options)).json();

const { url } = await json(`${server}/_graphvcr/sessions`, {
  method: "POST", body: JSON.stringify({ cassette: "users/list-pages" }),
});
let page = `${url}/v1.0/users?$select=id,displayName&$top=2`;
while (page) {
  const users = await json(page);
  for (const user of users.value) console.log(user.displayName);
  page = users["@odata.nextLink"]; // below url, as every link is
}
const report = await json(url, { method: "DELETE" });
process.exitCode = report.summary.failed;
