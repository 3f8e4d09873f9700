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

/** The templates in the daemon's store. */
public final class TemplateCalls {
  private final Channel channel;

  TemplateCalls(Channel channel) {
    this.channel = channel;
  }

  /** All of them, also those this host may not load. */
  public List<Template> list(Deadline deadline) {
    return channel
        .unary(FactoryGrpcClient.ListTemplates, ListTemplatesRequest.getDefaultInstance(), deadline)
        .getTemplatesList();
  }

  /**
   * Builds one, and returns it when it is published. A call that is interrupted, or whose listener
   * throws, ends the build and leaves nothing behind.
   *
   * @param progress told at the begin and end of each step, on an event loop: must not block
   */
  public Template create(
      CreateTemplateRequest request, Consumer<CreateTemplateProgress> progress, Deadline deadline) {
    return channel
        .last(FactoryGrpcClient.CreateTemplate, request, deadline, progress)
        .getTemplate();
  }

  /** Removes one; returns its full key. */
  public String delete(String keyOrPrefix, Deadline deadline) {
    DeleteTemplateRequest request = DeleteTemplateRequest.newBuilder().setKey(keyOrPrefix).build();
    return channel.unary(FactoryGrpcClient.DeleteTemplate, request, deadline).getKey();
  }
}
