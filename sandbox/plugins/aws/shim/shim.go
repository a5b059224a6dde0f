// Package shim lies under the Terraform provider's own module path: only from there may its internal packages be imported.
package shim

import (
	"context"

	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-provider-aws/internal"
	fw "github.com/hashicorp/terraform-provider-aws/internal/provider/framework"
	"github.com/hashicorp/terraform-provider-aws/internal/provider/sdkv2"
)

// New gives the provider's two halves: resources on the older SDK and on the newer framework.
func New(ctx context.Context) (*schema.Provider, framework.Provider, error) {
	internal.RegisterSmarterrFS()
	older, err := sdkv2.NewProvider(ctx)
	if err != nil {
		return nil, nil, err
	}
	newer, err := fw.NewProvider(ctx, older)
	return older, newer, err
}
