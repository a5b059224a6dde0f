// The plugin that the Pulumi engine starts.
package main

import (
	"context"
	_ "embed"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"etcd-aws/sandbox/plugins/tls"
)

//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var metadata []byte

func main() {
	pfbridge.Main(context.Background(), "tls", tls.Provider(metadata), pfbridge.ProviderMetadata{PackageSchema: schema})
}
