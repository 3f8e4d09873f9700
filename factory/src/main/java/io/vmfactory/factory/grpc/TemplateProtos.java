package io.vmfactory.factory.grpc;

import com.google.protobuf.ByteString;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.SnapshotVmRequest;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.api.v1.TemplateDrive;
import io.vmfactory.factory.app.StoredVm;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.TemplateInfo;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;

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

  static SnapshotRequest request(SnapshotVmRequest q) {
    return new SnapshotRequest(
        new LeaseId(q.getLeaseId()),
        q.getName(),
        new TreeMap<>(q.getLabelsMap()),
        Base64.getEncoder().encodeToString(q.getDescription().toByteArray()),
        q.getEndSource());
  }

  static SnapshotVmResponse stored(StoredVm stored) {
    return SnapshotVmResponse.newBuilder()
        .setTemplate(whole(stored.template()))
        .setPauseMicros((int) (stored.pause().toNanos() / 1000))
        .setWrittenKib(Wire.kib(stored.writtenBytes()))
        .addAllHops(Wire.hops(stored.hops()))
        .build();
  }

  /** Returns a template of a VM that ran, with what was given with it. */
  static Template whole(TemplateView view) {
    return whole(view, List.of());
  }

  /** Returns a template, with what was given with it. */
  static Template whole(TemplateView view, List<String> defaultKeys) {
    Template plain = template(view, defaultKeys);
    SnapshotFacts snapshot = view.info().snapshot();
    if (snapshot == null) {
      return plain;
    }
    byte[] description = Base64.getDecoder().decode(snapshot.note().description());
    return plain.toBuilder()
        .putAllLabels(snapshot.note().labels())
        .setDescription(ByteString.copyFrom(description))
        .build();
  }

  /** Returns a template without what was given with it: in a list, that would be much. */
  static Template template(TemplateView view, List<String> defaultKeys) {
    Template built = template(view.info(), defaultKeys);
    SnapshotFacts snapshot = view.info().snapshot();
    if (snapshot == null) {
      return built;
    }
    return built.toBuilder()
        .setName(view.name())
        .setVersion(view.version())
        .setCurrent(view.current())
        .setUid((int) view.owner().uid())
        .setShared(view.owner().shared())
        .setParentKey(snapshot.note().parent())
        .setWrittenKib(Wire.kib(snapshot.writtenBytes()))
        .addAllDrives(snapshot.drives().stream().map(TemplateProtos::drive).toList())
        .build();
  }

  private static TemplateDrive drive(SnapshotFacts.Drive drive) {
    return TemplateDrive.newBuilder()
        .setId(drive.id())
        .setMode(DriveMode.valueOf(drive.mode().name()))
        .setKib(Wire.kib(drive.diskBytes()))
        .build();
  }

  private static Template template(TemplateInfo info, List<String> defaultKeys) {
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
