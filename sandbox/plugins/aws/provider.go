// Package aws is the Terraform AWS provider, cut down to the services of resources.json, as the Pulumi package "aws".
// It answers to the tokens of the published package; the table resources.json is the only list of what it holds.
package aws

import (
	"context"
	_ "embed"
	"encoding/json"

	"github.com/hashicorp/terraform-provider-aws/shim"
	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	tfshim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

//go:embed resources.json
var resourcesJSON []byte

// Version is the published package's version that this one stands in for; the linker sets it.
var Version string

type table struct {
	Resources map[string]tokens.Type         `json:"resources"`
	Functions map[string]tokens.ModuleMember `json:"functions"`
}

// Provider describes the package to the bridge. metadata is what the schema generator recorded ("{}" while it runs).
func Provider(metadata []byte) tfbridge.ProviderInfo {
	ctx := context.Background()
	var compiledIn table
	if err := json.Unmarshal(resourcesJSON, &compiledIn); err != nil {
		panic(err)
	}
	upstream, framework, err := shim.New(ctx)
	if err != nil {
		panic(err)
	}
	info := tfbridge.ProviderInfo{
		P:            pfbridge.MuxShimWithPF(ctx, sdkv2.NewProvider(upstream), framework),
		Name:         "aws",
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata(metadata),
		Config:       config,
		Resources:    map[string]*tfbridge.ResourceInfo{},
		DataSources:  map[string]*tfbridge.DataSourceInfo{},
		// As in the published package: the older half checks the same, and this takes over a second where endpoints are
		// configured (pulumi/pulumi-aws#2880).
		SkipValidateProviderConfigForPluginFramework: true,
	}
	for name, token := range compiledIn.Resources {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: token, Fields: fieldsOf(name, info.P.ResourcesMap().Get(name))}
	}
	for name, token := range compiledIn.Functions {
		info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: token}
	}
	// A mapping overrides an ignore, so a name may be a resource without being a data source.
	ignore := func(name string, _ tfshim.Resource) bool {
		info.IgnoreMappings = append(info.IgnoreMappings, name)
		return true
	}
	info.P.ResourcesMap().Range(ignore)
	info.P.DataSourcesMap().Range(ignore)
	info.SetAutonaming(255, "-")
	return info
}
