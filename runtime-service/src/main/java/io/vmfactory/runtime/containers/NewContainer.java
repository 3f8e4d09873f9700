package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.GuestFile;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for a container.
 *
 * @param name its name
 * @param requestId distinguishes the request from others for the same name; empty if it does not
 *     matter
 * @param sandbox the VM that it gets; in the default namespace its id is that of the container
 * @param host the id of the container of its namespace whose VM it shares instead; null = none
 * @param container what runs in the VM; its id is ignored
 * @param annotations stored with the container
 * @param files written into the guest before the container is created
 * @param rootFiles written into its root file system when it is created, before it is started; each
 *     path is one in the container
 * @param templates how it uses named templates; null = not, or its VM is another container's
 * @param engine set for a container of an engine
 */
public record NewContainer(
    ContainerName name,
    String requestId,
    SandboxSpec sandbox,
    @Nullable String host,
    ContainerSpec container,
    Map<String, String> annotations,
    List<GuestFile> files,
    List<GuestFile> rootFiles,
    @Nullable TemplateUse templates,
    ContainerRecord.@Nullable Engine engine) {
  public NewContainer {
    annotations = Map.copyOf(annotations);
    files = List.copyOf(files);
    rootFiles = List.copyOf(rootFiles);
  }
}
