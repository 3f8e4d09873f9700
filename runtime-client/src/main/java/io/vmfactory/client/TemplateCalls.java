package io.vmfactory.client;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DeleteTemplateRequest;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetTemplateRequest;
import io.vmfactory.api.v1.ListTemplatesRequest;
import io.vmfactory.api.v1.PruneTemplatesRequest;
import io.vmfactory.api.v1.PruneTemplatesResponse;
import io.vmfactory.api.v1.RollbackTemplateRequest;
import io.vmfactory.api.v1.SnapshotVmRequest;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.configs.time.Deadline;
import java.util.List;
import java.util.function.Consumer;

/** The calls for the templates in the daemon's store. */
public final class TemplateCalls {
  private final DaemonChannel channel;

  TemplateCalls(DaemonChannel channel) {
    this.channel = channel;
  }

  /** Returns all templates, including those that this host must not load. */
  public List<Template> list(Deadline deadline) {
    return channel
        .unary(FactoryGrpcClient.ListTemplates, ListTemplatesRequest.getDefaultInstance(), deadline)
        .getTemplatesList();
  }

  /**
   * Builds a template and returns it when it is published. If the call is interrupted or the
   * listener throws, the daemon cancels the build and removes its files.
   *
   * @param progress called at the start and end of each step, on an event loop; must not block
   */
  public Template create(
      CreateTemplateRequest request, Consumer<CreateTemplateProgress> progress, Deadline deadline) {
    return channel
        .last(FactoryGrpcClient.CreateTemplate, request, deadline, progress)
        .getTemplate();
  }

  /**
   * Stores a leased VM as the next version of a named template. Unless the request says otherwise,
   * the VM goes on.
   */
  public SnapshotVmResponse snapshot(SnapshotVmRequest request, Deadline deadline) {
    return channel.unary(FactoryGrpcClient.SnapshotVm, request, deadline);
  }

  /**
   * Returns one template, with its labels and its description.
   *
   * @param template name, {@code name:version}, or a key as in {@link #delete}
   */
  public Template get(String template, Deadline deadline) {
    GetTemplateRequest request = GetTemplateRequest.newBuilder().setTemplate(template).build();
    return channel.unary(FactoryGrpcClient.GetTemplate, request, deadline).getTemplate();
  }

  /** Makes {@code version} the one that the bare name means. Returns it. */
  public Template rollback(String name, int version, Deadline deadline) {
    RollbackTemplateRequest request =
        RollbackTemplateRequest.newBuilder().setName(name).setVersion(version).build();
    return channel.unary(FactoryGrpcClient.RollbackTemplate, request, deadline).getTemplate();
  }

  /**
   * Removes old versions of named templates, see {@code PruneTemplates} of the API.
   *
   * @param name only versions of this name; empty for every name
   * @param keep this many of the newest old versions stay, per name
   */
  public PruneTemplatesResponse prune(String name, int keep, Deadline deadline) {
    PruneTemplatesRequest request =
        PruneTemplatesRequest.newBuilder().setName(name).setKeep(keep).build();
    return channel.unary(FactoryGrpcClient.PruneTemplates, request, deadline);
  }

  /**
   * Deletes a template, or all versions of a name. Returns the full key.
   *
   * @param template name, {@code name:version}, key, or the first 8 or more digits of a key
   */
  public String delete(String template, Deadline deadline) {
    DeleteTemplateRequest request = DeleteTemplateRequest.newBuilder().setKey(template).build();
    return channel.unary(FactoryGrpcClient.DeleteTemplate, request, deadline).getKey();
  }
}
