package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.TemplateContent.MadeContainer;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.linux.PathLock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stores a sandbox as the next version of a template.
 *
 * @param state the sandbox
 * @param shapes those of its containers whose program can be chosen, by their ids
 */
record TemplateStoring(
    SandboxStateLock state, RuntimeResources resources, Map<String, ContainerShape> shapes) {
  /**
   * Stores it.
   *
   * @param container the container that clones use first
   * @param start how far its program has got
   */
  SnapshotVmResponse run(
      String name,
      String container,
      TemplateRecipe.Start start,
      GuestContainers guest,
      Deadline deadline) {
    List<MadeContainer> made = made(guest, deadline);
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, "make a template", State.RUNNING);
      VmEntry vm = state.requireLeasedVm(record, "make a template");
      return resources
          .machines()
          .snapshot(
              RecordConversion.facts(vm),
              name,
              Map.of("start", start.name().toLowerCase(Locale.ROOT), "container", container),
              record.content().with(made).description(),
              deadline);
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
    }
  }

  /** Returns the containers as each clone will have them. */
  private List<MadeContainer> made(GuestContainers guest, Deadline deadline) {
    return guest.list(deadline).stream().map(info -> made(info, guest, deadline)).toList();
  }

  private MadeContainer made(ContainerInfo info, GuestContainers guest, Deadline deadline) {
    if (info.state() != ContainerInfo.State.CREATED) {
      return new MadeContainer(info.id(), null, null);
    }
    @Nullable ContainerShape shape = shapes.get(info.id());
    return new MadeContainer(
        info.id(),
        guest.process(info.id(), deadline).proto().toByteArray(),
        shape == null ? null : shape.parts());
  }
}
