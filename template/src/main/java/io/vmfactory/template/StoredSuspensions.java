package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Suspended VMs in a directory: {@code <lease>.json}, and {@code snapshots/<key>/} as in the store
 * of templates. Memory is stored as the difference to that of the VM's template, and a VM that is
 * made again shares the template's memory as before. No snapshot stays in memory: each is cloned
 * once.
 */
public final class StoredSuspensions implements Suspensions {
  private final BuildContext context;
  private final StoredTemplates templates;
  private final TemplateStore store;
  private final TemplateLoader loader;
  private final SnapshotWriting writing;
  private final SuspendedFiles records;

  /**
   * Opens the directory, makes it if it does not exist, and removes what dead processes left half
   * written.
   *
   * @param place its folder is the directory
   * @param templates the templates that the VMs are clones of
   */
  public StoredSuspensions(StorePlace place, StoredTemplates templates) {
    Path folder = place.folder();
    this.records = new SuspendedFiles(folder, StoreSecret.at(place.secret()));
    this.store =
        new TemplateStore(
            new StorePlace(folder.resolve("snapshots"), place.secret(), place.overlays()));
    this.templates = templates;
    this.context = templates.context();
    this.loader = new TemplateLoader(store, context.fingerprints());
    this.writing =
        new SnapshotWriting(store, context.store(), context.fingerprints(), context.clock());
  }

  @Override
  public Found found() {
    return records.all();
  }

  @Override
  public TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline) {
    try (LoadedTemplate parent = templates.parent(note, deadline)) {
      return writing.write(taken, note, parent, mostBytes, laps, deadline).info(false, "");
    }
  }

  @Override
  public void discard(TemplateKey key) {
    try {
      store.delete(key);
    } catch (TemplateException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public void record(SuspendedVm vm) {
    records.write(vm);
  }

  @Override
  public Vm restore(SuspendedVm vm, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    try (LoadedTemplate loaded = loaded(vm, deadline)) {
      laps.lap("template");
      return loaded.restore(context.hypervisor(), id, folder, laps, deadline);
    } catch (TemplateException e) {
      if (e.reason() != Reason.NOT_FOUND && e.reason() != Reason.REFUSED) {
        throw e;
      }
      throw new TemplateException(
          Reason.REFUSED,
          "the VM cannot be resumed: %s; release its lease, and get a new VM"
              .formatted(e.getMessage()),
          e);
    }
  }

  private LoadedTemplate loaded(SuspendedVm vm, Deadline deadline) {
    TemplateKey key = new TemplateKey(vm.stored().key());
    Manifest manifest = store.manifest(key);
    SnapshotNote note = requireBound(manifest, vm);
    try (LoadedTemplate parent = templates.parent(note, deadline)) {
      return parent != null && isBase(parent, manifest)
          ? loader.loadOver(parent, manifest, deadline)
          : loader.load(key, deadline);
    }
  }

  /** Returns whether the snapshot's memory is a difference to what {@code parent} has loaded. */
  private boolean isBase(LoadedTemplate parent, Manifest manifest) {
    List<MemoryContent> files = manifest.memoryFiles();
    if (files.size() < 2) {
      return false;
    }
    try {
      Manifest now = context.store().manifest(parent.key());
      return now.digest().equals(parent.digest())
          && now.spec().equals(manifest.spec())
          && now.memoryFiles().equals(files.subList(0, files.size() - 1));
    } catch (TemplateException e) {
      return false; // removed meanwhile: the files of its memory are linked
    }
  }

  /** Refuses a snapshot that was taken of another lease's VM. */
  private static SnapshotNote requireBound(Manifest manifest, SuspendedVm vm) {
    return manifest.snapshot().stream()
        .map(content -> content.facts().note())
        .filter(
            note -> vm.lease().equals(note.labels().get(LEASE)) && vm.uid() == note.owner().uid())
        .findFirst()
        .orElseThrow(
            () -> new TemplateException(Reason.REFUSED, "its snapshot is that of another VM"));
  }

  @Override
  public void forget(SuspendedVm vm) {
    records.remove(vm);
  }

  @Override
  public void sweep() {
    Found found = found();
    if (!found.unreadable().isEmpty()) {
      return;
    }
    Set<String> needed =
        found.vms().stream().map(vm -> vm.stored().key()).collect(Collectors.toSet());
    store.keys().stream().filter(key -> !needed.contains(key.hex())).forEach(this::discard);
  }
}
