package main

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/sets"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/util/csaupgrade"
)

var applySteps = []step{
	{"server-side apply", func(w *world) {
		deployments := w.typed.AppsV1().Deployments(namespace)
		labels := map[string]string{"app": "applied"}
		container := func(image string) *applycore.ContainerApplyConfiguration {
			return applycore.Container().WithName("main").WithImage(image)
		}
		wanted := func(image string, replicas int32) *applyapps.DeploymentApplyConfiguration {
			template := applycore.PodTemplateSpec().WithLabels(labels).WithSpec(applycore.PodSpec().WithContainers(container(image)))
			spec := applyapps.DeploymentSpec().WithReplicas(replicas).WithSelector(applymeta.LabelSelector().WithMatchLabels(labels)).WithTemplate(template)
			return applyapps.Deployment("applied", namespace).WithLabels(labels).WithSpec(spec)
		}
		one := meta.ApplyOptions{FieldManager: "one"}
		made := got(deployments.Apply(w.ctx, wanted("none:1", 0), one))
		same := got(deployments.Apply(w.ctx, wanted("none:1", 0), one))
		check(made.Generation == 1 && same.Generation == 1, "generations %d, %d", made.Generation, same.Generation)
		_, err := deployments.Apply(w.ctx, wanted("none:2", 0), meta.ApplyOptions{FieldManager: "two"})
		check(errors.IsConflict(err) && strings.Contains(err.Error(), `conflict with "one": .spec.template.spec.containers[name="main"].image`), "%v", err)
		causes := err.(errors.APIStatus).Status().Details.Causes
		check(len(causes) == 1 && causes[0].Type == meta.CauseTypeFieldManagerConflict, "%v", causes)
		forced := got(deployments.Apply(w.ctx, wanted("none:2", 0), meta.ApplyOptions{FieldManager: "two", Force: true}))
		check(forced.Spec.Template.Spec.Containers[0].Image == "none:2" && forced.Generation > 1, "generation %d: %v", forced.Generation, forced.Spec)
		own := got(applyapps.ExtractDeployment(forced, "one"))
		check(own.Spec.Template.Spec.Containers[0].Image == nil && *own.Spec.Replicas == 0, "%v", own.Spec)
		scaled := got(applyapps.ExtractDeployment(forced, "two"))
		scaled.Spec.Template.Spec.Containers[0].WithEnv(applycore.EnvVar().WithName("A").WithValue("b"))
		after := got(deployments.Apply(w.ctx, scaled, meta.ApplyOptions{FieldManager: "two"}))
		check(after.Spec.Template.Spec.Containers[0].Env[0].Value == "b", "%v", after.Spec)
		scaled.Spec.Template.Spec.Containers[0].Env = nil
		after = got(deployments.Apply(w.ctx, scaled, meta.ApplyOptions{FieldManager: "two"}))
		check(len(after.Spec.Template.Spec.Containers[0].Env) == 0, "%v", after.Spec)
		status := applyapps.Deployment("applied", namespace).WithStatus(applyapps.DeploymentStatus().WithConditions(
			applyapps.DeploymentCondition().WithType("Tested").WithStatus(core.ConditionTrue).WithReason("Tested").WithMessage("by hand")))
		reported := got(deployments.ApplyStatus(w.ctx, status, meta.ApplyOptions{FieldManager: "status", Force: true}))
		check(hasManager(reported.ManagedFields, "status", meta.ManagedFieldsOperationApply, "status"), "%v", reported.ManagedFields)
	}},
	{"from client-side to server-side apply", func(w *world) {
		maps := w.typed.CoreV1().ConfigMaps(namespace)
		made := got(maps.Create(w.ctx, configMap("legacy", "red"), meta.CreateOptions{FieldManager: "kubectl-client-side-apply"}))
		patch := got(csaupgrade.UpgradeManagedFieldsPatch(made, sets.New("kubectl-client-side-apply"), "kubectl"))
		moved := got(maps.Patch(w.ctx, "legacy", "application/json-patch+json", patch, meta.PatchOptions{}))
		check(hasManager(moved.ManagedFields, "kubectl", meta.ManagedFieldsOperationApply, ""), "%v", moved.ManagedFields)
		applied := got(maps.Apply(w.ctx, applycore.ConfigMap("legacy", namespace).WithData(map[string]string{"other": "1"}), meta.ApplyOptions{FieldManager: "kubectl"}))
		check(len(applied.Data) == 1 && len(applied.BinaryData) == 0, "%v %v", applied.Data, applied.BinaryData)
	}},
	{"dynamic apply", func(w *world) {
		client := w.dynamic.Resource(core.SchemeGroupVersion.WithResource("services")).Namespace(namespace)
		service := func(ports ...any) *unstructured.Unstructured {
			return &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "applied"},
				"spec": map[string]any{"selector": map[string]any{"a": "b"}, "ports": ports},
			}}
		}
		port := func(name string, number int64) any { return map[string]any{"name": name, "port": number} }
		got(client.Apply(w.ctx, "applied", service(port("a", 80)), meta.ApplyOptions{FieldManager: "one"}))
		both := got(client.Apply(w.ctx, "applied", service(port("b", 81)), meta.ApplyOptions{FieldManager: "two"}))
		ports, _, err := unstructured.NestedSlice(both.Object, "spec", "ports")
		must(err)
		check(len(ports) == 2, "%v", ports)
		less := got(client.Apply(w.ctx, "applied", service(port("a", 80)), meta.ApplyOptions{FieldManager: "two"}))
		ports, _, err = unstructured.NestedSlice(less.Object, "spec", "ports")
		must(err)
		check(len(ports) == 1 && fmt.Sprint(ports[0].(map[string]any)["name"]) == "a", "%v", ports)
	}},
}

func hasManager(fields []meta.ManagedFieldsEntry, manager string, operation meta.ManagedFieldsOperationType, subresource string) bool {
	for _, entry := range fields {
		if entry.Manager == manager && entry.Operation == operation && entry.Subresource == subresource {
			return true
		}
	}
	return false
}
