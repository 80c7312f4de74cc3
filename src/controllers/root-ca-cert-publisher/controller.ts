/**
 * Root CA certificate publisher: every active namespace has the ConfigMap "kube-root-ca.crt", which pods get mounted beside their
 * token to verify the API server (KEP-1205).
 */

import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { equalTrees } from '#base/equal.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';

export const rootCaConfigMapName = 'kube-root-ca.crt';
const descriptionAnnotation = 'kubernetes.io/description';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal ' +
  'service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** `rootCa` is the PEM bundle. */
export function rootCaCertPublisher(rootCa: string): ControllerFactory {
  const data = { 'ca.crt': rootCa };
  return {
    name: 'root-ca-certificate-publisher-controller',
    create: ({ client, informers, queue }) => {
      const namespaces = informers.of(Namespaces);
      const configMaps = informers.of(ConfigMaps, { fieldSelector: `metadata.name=${rootCaConfigMapName}` });
      namespaces.addHandler({
        onAdd: ({ metadata }) => queue.add(metadata?.name ?? ''),
        onUpdate: (_, { metadata }) => queue.add(metadata?.name ?? ''),
      });
      configMaps.addHandler({
        onUpdate: (_, { metadata }) => queue.add(metadata?.namespace ?? ''),
        onDelete: ({ metadata }) => queue.add(metadata?.namespace ?? ''),
      });
      return {
        async reconcile(namespace, signal) {
          if (namespaces.get(namespace)?.status?.phase !== 'Active') return;
          const current = configMaps.get(`${namespace}/${rootCaConfigMapName}`);
          if (!current) {
            const annotations = { [descriptionAnnotation]: description };
            const metadata = { name: rootCaConfigMapName, namespace, annotations };
            try {
              await client.create(ConfigMaps, { metadata, data }, { signal });
            } catch (error) {
              if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
            }
            return;
          }
          const described = current.metadata?.annotations?.[descriptionAnnotation] !== undefined;
          if (described && equalTrees(current.data, data)) return;
          const annotations = { ...current.metadata?.annotations, [descriptionAnnotation]: description };
          const metadata = { ...current.metadata, annotations };
          await client.update(ConfigMaps, { ...current, metadata, data }, { signal });
        },
      };
    },
  };
}
