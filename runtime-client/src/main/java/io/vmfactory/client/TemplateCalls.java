package io.vmfactory.client;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DeleteTemplateRequest;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.ListTemplatesRequest;
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

  /** Deletes a template. Returns its full key. */
  public String delete(String keyOrPrefix, Deadline deadline) {
    DeleteTemplateRequest request = DeleteTemplateRequest.newBuilder().setKey(keyOrPrefix).build();
    return channel.unary(FactoryGrpcClient.DeleteTemplate, request, deadline).getKey();
  }
}
