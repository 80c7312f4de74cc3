package main

import (
	"context"
	"fmt"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

const finalizer = "operator.kubets.test/closing"

type shops struct {
	client.Client
	events   events.EventRecorder
	identity string
	image    string
}

func (s *shops) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	shop := &Shop{}
	if err := s.Get(ctx, request.NamespacedName, shop); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !shop.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, s.close(ctx, shop)
	}
	if controllerutil.AddFinalizer(shop, finalizer) {
		return ctrl.Result{}, s.Update(ctx, shop)
	}
	deployment := &apps.Deployment{ObjectMeta: meta.ObjectMeta{Namespace: shop.Namespace, Name: shop.Name}}
	result, err := controllerutil.CreateOrUpdate(ctx, s.Client, deployment, func() error {
		s.fill(deployment, shop)
		return controllerutil.SetControllerReference(shop, deployment, s.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if result != controllerutil.OperationResultNone {
		s.events.Eventf(shop, deployment, core.EventTypeNormal, "Reconciled", "Reconciling", "deployment %s", result)
	}
	return ctrl.Result{}, s.report(ctx, shop, deployment)
}

func (s *shops) fill(deployment *apps.Deployment, shop *Shop) {
	labels := map[string]string{"shop": shop.Name}
	deployment.Spec.Replicas = shop.Spec.Replicas
	deployment.Spec.Selector = &meta.LabelSelector{MatchLabels: labels}
	deployment.Spec.Template.Labels = labels
	var grace int64
	deployment.Spec.Template.Spec.TerminationGracePeriodSeconds = &grace
	containers := deployment.Spec.Template.Spec.Containers
	if len(containers) == 0 {
		containers = []core.Container{{Name: "main"}}
	}
	containers[0].Image = s.image
	containers[0].Command = []string{"sleep", "1000000"}
	containers[0].Env = []core.EnvVar{{Name: "COLOR", Value: shop.Spec.Color}}
	deployment.Spec.Template.Spec.Containers = containers
}

func (s *shops) report(ctx context.Context, shop *Shop, deployment *apps.Deployment) error {
	before := shop.DeepCopyObject().(*Shop)
	shop.Status.Replicas = deployment.Status.AvailableReplicas
	shop.Status.Selector = "shop=" + shop.Name
	shop.Status.ReconciledBy = s.identity
	open := meta.ConditionFalse
	if deployment.Status.AvailableReplicas == *shop.Spec.Replicas && deployment.Status.ObservedGeneration == deployment.Generation {
		open = meta.ConditionTrue
	}
	apimeta.SetStatusCondition(&shop.Status.Conditions, meta.Condition{
		Type: "Open", Status: open, Reason: "Counted", ObservedGeneration: shop.Generation,
		Message: fmt.Sprintf("%d of %d are available", deployment.Status.AvailableReplicas, *shop.Spec.Replicas),
	})
	return s.Status().Patch(ctx, shop, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

func (s *shops) close(ctx context.Context, shop *Shop) error {
	if !controllerutil.ContainsFinalizer(shop, finalizer) {
		return nil
	}
	closed := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Namespace: shop.Namespace, Name: shop.Name + "-closed"}}
	if _, err := controllerutil.CreateOrUpdate(ctx, s.Client, closed, func() error {
		closed.Data = map[string]string{"by": s.identity}
		return nil
	}); err != nil {
		return err
	}
	controllerutil.RemoveFinalizer(shop, finalizer)
	return s.Update(ctx, shop)
}
