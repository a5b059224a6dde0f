package aws

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	tfshim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// What the published package changes about the Terraform provider's own arguments, for those that are compiled in.

type fields = map[string]*tfbridge.SchemaInfo

var config = fields{
	"region":                      {Default: &tfbridge.DefaultInfo{EnvVars: []string{"AWS_REGION", "AWS_DEFAULT_REGION"}}},
	"skip_credentials_validation": {Default: &tfbridge.DefaultInfo{Value: false}},
	"skip_region_validation":      {Default: &tfbridge.DefaultInfo{Value: true}},
}

var changed = map[string]fields{
	"aws_iam_policy":       {"policy": policyDocument()},
	"aws_iam_role":         {"assume_role_policy": policyDocument()},
	"aws_iam_role_policy":  {"policy": policyDocument()},
	"aws_key_pair":         {"key_name": tfbridge.AutoName("keyName", 255, "-")},
	"aws_s3_bucket_policy": {"policy": policyDocument()},
	"aws_security_group": {
		"description": {Default: &tfbridge.DefaultInfo{Value: "Managed by Pulumi"}},
		"egress":      {Name: "egress"},
		"ingress":     {Name: "ingress"},
	},
}

func policyDocument() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Transform: tfbridge.TransformJSONDocument}
}

// fieldsOf gives the changes for one resource type; tags_all is never an input in the published package.
func fieldsOf(name string, resource tfshim.Resource) fields {
	result := fields{}
	for field, change := range changed[name] {
		result[field] = change
	}
	if _, tagged := resource.Schema().GetOk("tags_all"); tagged {
		result["tags_all"] = &tfbridge.SchemaInfo{MarkAsComputedOnly: tfbridge.True()}
	}
	return result
}
