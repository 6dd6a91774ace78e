package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/cloud/huaweicloud"
)

// The clouds that there are.
const (
	cloudEmbedded    = "embedded"
	cloudHuaweiCloud = "huaweicloud"
)

// exampleProject is the project of the examples; orders for a real one must name theirs.
const exampleProject = "0bec5db98280d2d02fd6c00c2de791ce"

// openCloud opens the cloud that the flags name, and tells how to close it.
func (f *Flags) openCloud(ctx context.Context, log *slog.Logger) (cloud.Cloud, func() error, error) {
	if f.Cloud == cloudHuaweiCloud {
		config, err := f.huaweiCloud(log)
		if err != nil {
			return nil, nil, err
		}
		c, err := huaweicloud.New(config)
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--cloud huaweicloud: %w", err)}
		}
		return c, c.Close, nil
	}
	c, err := embedded.Open(ctx, embedded.Config{Dir: f.Data, ProjectID: f.ProjectID, Region: f.Region, Speed: f.EmbeddedSpeed, Logger: log})
	if err != nil {
		return nil, nil, err
	}
	return c, c.Close, nil
}

// huaweiCloud says which real cloud it is. Its credentials come from the environment, under the SDK's own names, or from a file
// with a token: a command line can be read by others.
func (f *Flags) huaweiCloud(log *slog.Logger) (config huaweicloud.Config, err error) {
	if f.ProjectID == exampleProject {
		return config, usageError{errors.New("--project-id: must name your project")}
	}
	config = huaweicloud.Config{ProjectID: f.ProjectID, Region: f.Region, DomainID: os.Getenv("HUAWEICLOUD_SDK_DOMAIN_ID"),
		TokenFile: f.TokenFile, BillingTokenFile: f.BillingTokenFile, WorkspaceEndpoint: f.WorkspaceEndpoint, BSSEndpoint: f.BSSEndpoint,
		UserAgent: "workspace-order-console/" + version, Timeout: f.CloudTimeout, Rate: f.CloudRate, Burst: max(1, int(2*f.CloudRate)), Log: log}
	if f.TokenFile == "" {
		ak, sk := os.Getenv("HUAWEICLOUD_SDK_AK"), os.Getenv("HUAWEICLOUD_SDK_SK")
		if ak == "" || sk == "" {
			return config, usageError{errors.New("the cloud wants HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK in the environment, or --token-file")}
		}
		config.AK, config.SK = auth.Secret(ak), auth.Secret(sk)
		if token := os.Getenv("HUAWEICLOUD_SDK_SECURITY_TOKEN"); token != "" {
			config.SecurityToken = auth.Secret(token)
		}
	}
	return config, nil
}
