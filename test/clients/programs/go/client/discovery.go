package main

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/disk"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/openapi3"
	"k8s.io/client-go/restmapper"
)

var discoverySteps = []step{
	{"version", func(w *world) {
		version := got(w.typed.Discovery().ServerVersion())
		check(version.Major == "1" && version.Minor == "36", "%v", version)
	}},
	{"aggregated discovery in two requests", func(w *world) {
		first := w.sent.length()
		client := memory.NewMemCacheClient(discovery.NewDiscoveryClientForConfigOrDie(w.config))
		groups, resources, err := client.ServerGroupsAndResources()
		must(err)
		check(len(groups) > 20 && len(resources) > 20, "%d groups, %d versions", len(groups), len(resources))
		check(len(w.sent.since(first)) == 2, "%v", w.sent.since(first))
		preferred := got(discovery.ServerPreferredNamespacedResources(client))
		check(len(preferred) > 10, "%v", preferred)
		client.Invalidate()
		check(!client.Fresh() || len(groups) > 0, "not fresh after it was asked")
	}},
	{"discovery without aggregation", func(w *world) {
		client := discovery.NewDiscoveryClientForConfigOrDie(w.config)
		client.UseLegacyDiscovery = true
		legacy := namesOf(client)
		check(strings.Join(legacy, "\n") == strings.Join(namesOf(w.typed.Discovery()), "\n"), "both ways differ: %v", legacy)
	}},
	{"discovery kept on disk", func(w *world) {
		directory := got(os.MkdirTemp("", "kubets-discovery-"))
		defer os.RemoveAll(directory)
		for range 2 {
			client := got(disk.NewCachedDiscoveryClientForConfig(w.config, filepath.Join(directory, "d"), filepath.Join(directory, "h"), time.Hour))
			first := w.sent.length()
			_, _, err := client.ServerGroupsAndResources()
			must(err)
			check(client.Fresh() || len(w.sent.since(first)) == 0, "asked again: %v", w.sent.since(first))
		}
	}},
	{"mapping of resources", func(w *world) {
		client := memory.NewMemCacheClient(w.typed.Discovery())
		mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(client), client, nil)
		mapping := got(mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"}))
		check(mapping.Resource == apps.SchemeGroupVersion.WithResource("deployments") && mapping.Scope.Name() == meta.RESTScopeNameNamespace, "%v", mapping)
		short := got(mapper.ResourceFor(schema.GroupVersionResource{Resource: "po"}))
		check(short == core.SchemeGroupVersion.WithResource("pods"), "%v", short)
		_, err := mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Nothing"})
		check(meta.IsNoMatchError(err), "%v", err)
		categories := restmapper.NewDiscoveryCategoryExpander(client)
		all, found := categories.Expand("all")
		check(found && len(all) >= 10, "all: %v", all)
	}},
	{"OpenAPI", func(w *world) {
		root := openapi3.NewRoot(w.typed.Discovery().OpenAPIV3())
		versions := got(root.GroupVersions())
		check(len(versions) > 20, "%v", versions)
		spec := got(root.GVSpec(apps.SchemeGroupVersion))
		check(spec.Components.Schemas["io.k8s.api.apps.v1.Deployment"] != nil, "no Deployment")
		second := got(w.typed.Discovery().OpenAPISchema())
		check(len(second.Definitions.AdditionalProperties) > 500, "%d definitions", len(second.Definitions.AdditionalProperties))
	}},
}

func namesOf(client discovery.DiscoveryInterface) []string {
	_, lists, err := client.ServerGroupsAndResources()
	must(err)
	names := []string{}
	for _, list := range lists {
		for _, resource := range list.APIResources {
			verbs := append([]string{}, resource.Verbs...)
			sort.Strings(verbs)
			names = append(names, list.GroupVersion+" "+resource.Name+" "+resource.Kind+" "+strings.Join(resource.ShortNames, ",")+" "+strings.Join(verbs, ","))
		}
	}
	sort.Strings(names)
	return names
}
