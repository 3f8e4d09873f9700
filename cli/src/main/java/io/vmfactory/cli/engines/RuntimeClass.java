package io.vmfactory.cli.engines;

/** Kubernetes' object for pods that run in VMs. */
public final class RuntimeClass {
  /**
   * What a VM takes beside its guest's memory: QEMU's own, and the pages that a clone writes before
   * the first container (docs/performance.md).
   */
  private static final String MANIFEST =
      """
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata:
        name: vmfactory
      handler: vmfactory
      overhead:
        podFixed:
          memory: "64Mi"
      """;

  private RuntimeClass() {}

  /** Returns the manifest, for {@code kubectl apply}. */
  public static String manifest() {
    return MANIFEST;
  }
}
