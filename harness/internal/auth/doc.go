// Package auth signs a live recording in. It gets tokens for Microsoft Graph with
// azidentity, adds them to requests below the recorder, where they cannot be
// recorded, and says before a recording which step lacks a permission.
//
//	set, err := auth.OpenSet("auto", []string{"app", "user"}, auth.Options{Talk: os.Stderr})
//	if err != nil { ... }
//	claims, err := set.Claims(ctx) // signs in, and prompts for device codes, before the run begins
//	if err != nil { ... }
//	for _, f := range auth.Check(sc.File, append(sc.Steps, sc.Cleanup...), claims) { ... }
//	rt := &auth.Transport{Credential: set["app"], Without: func(r *http.Request) bool {
//		return runner.IsWithoutAuth(r.Context())
//	}}
//
// # Kinds
//
//	auto                the first that is configured, in the order below; said aloud on Options.Talk
//	none                no token at all
//	env:NAME            a token from the variable NAME (auto: GRAPHVCR_TOKEN)
//	client-secret       AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
//	client-certificate  AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH (AZURE_CLIENT_CERTIFICATE_PASSWORD)
//	federated           AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE
//	device-code         AZURE_CLIENT_ID (AZURE_TENANT_ID); the prompt goes to Options.Talk
//	azure-cli           the user who ran az login (AZURE_TENANT_ID)
//
// A kind counts as configured when its last variable is set; what else it needs and
// is not set is then an error, rather than a reason to try the next.
//
// # Identities
//
// A step's "as: NAME" is the identity NAME; steps without one have the identity "",
// which --auth decides. GRAPHVCR_AUTH_NAME (GRAPHVCR_AUTH_APP, GRAPHVCR_AUTH_USER) is
// the kind of a named one. Where it is not set, or auto, the first that is
// configured is used: for any name a token in GRAPHVCR_TOKEN_NAME; for app then
// client-secret, client-certificate, federated; for user then device-code, azure-cli.
//
// # Clouds and test servers
//
// Options.GraphURL picks the cloud, and with it the scope and the sign-in host, which
// AZURE_AUTHORITY_HOST overrides. azidentity insists on https there; for a server on
// this machine's loopback, and only there, http://127.0.0.1:PORT works too. At a host
// that is no cloud's own, the authority is believed (azidentity's
// DisableInstanceDiscovery).
//
// # What it promises
//
// A token goes to the Graph host of its own cloud and to the host of Options.GraphURL,
// over https or loopback, and nowhere else: no upload or download host ever sees one. No
// token and no secret is in any error, in any text of fmt or slog, or on Talk. Nothing
// happens at init, and a program that opens no credential never signs in: replay does not.
//
// # What it does not
//
// It validates no token: claims are read, and Graph decides. It stores none, so a device
// code is asked for once a process. It has no managed identity and opens no browser.
//
// A Credential, a Set and a Transport are safe for concurrent use; Options.Talk has to be.
package auth
