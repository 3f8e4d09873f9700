package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Template;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateInfo;
import java.util.List;

/** Converts templates, and requests for them. */
final class TemplateProtos {
  private TemplateProtos() {}

  static TemplateRequest templateRequest(CreateTemplateRequest q, BuildListener listener) {
    return new TemplateRequest(
        q.hasVcpus() ? Wire.unsigned(q.getVcpus()) : null,
        q.hasMemoryMib() ? Wire.unsigned(q.getMemoryMib()) : null,
        q.getReplace(),
        listener);
  }

  static Template template(TemplateInfo info, List<String> defaultKeys) {
    return Template.newBuilder()
        .setKey(info.key().hex())
        .setVcpus(info.spec().boot().vcpus())
        .setMemoryMib(info.spec().boot().memoryMib())
        .setCreatedAt(Wire.at(info.createdAt()))
        .setMemoryKib(Wire.kib(info.memoryBytes()))
        .setStateKib(Wire.kib(info.stateBytes()))
        .setAccelerator(info.spec().machine().accelerator().label())
        .setVmmVersion(info.vmmVersion())
        .setIsDefault(defaultKeys.contains(info.key().hex()))
        .setLoaded(info.loaded())
        .setRefused(info.refused())
        .addAllSteps(Wire.hops(info.steps()))
        .build();
  }

  static CreateTemplateProgress lastProgress(TemplateInfo info, List<String> defaultKeys) {
    return CreateTemplateProgress.newBuilder()
        .setDone(true)
        .setIndex(info.steps().size())
        .setCount(info.steps().size())
        .setTemplate(template(info, defaultKeys))
        .build();
  }
}
