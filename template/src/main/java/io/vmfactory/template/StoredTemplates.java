package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Templates in a directory; those in use are held in memory. See {@link Templates}. */
public final class StoredTemplates implements Templates {
  private static final VmSpec UNKNOWN_SPEC =
      new VmSpec(
          new VmSpec.Machine("", "", Accelerator.TCG, ""),
          new Sizing(0, 0),
          new Sizing(0, 0),
          0,
          new VmSpec.Kernel(Path.of(""), Path.of(""), List.of()),
          AgentTransport.VIRTIO_SERIAL);

  private final BuildContext context;
  private final TemplateLoader loader;
  private final TemplateCache cache;
  private final SnapshotWriting snapshots;

  /**
   * Opens the store and removes what dead builds left in it.
   *
   * @param store where the templates are
   * @param hypervisor boots templates and runs clones
   * @param agents connects to the agent in a template's guest while it is built
   * @param folders makes the folder of a VM's sockets while a template is built
   * @param clock gives the time at which a template was made
   * @param cacheBytes bytes of memory that loaded templates may hold
   * @throws TemplateException if the store cannot be opened, or another user can write into it
   */
  public StoredTemplates(
      StorePlace store,
      Hypervisor hypervisor,
      GuestAgents agents,
      VmFolders folders,
      WallClock clock,
      long cacheBytes) {
    TemplateStore opened = new TemplateStore(store);
    Fingerprints fingerprints = new Fingerprints(hypervisor.info());
    this.context = new BuildContext(opened, fingerprints, hypervisor, agents, folders, clock);
    this.loader = new TemplateLoader(opened, fingerprints);
    this.snapshots = new SnapshotWriting(opened, opened, fingerprints, clock);
    this.cache = new TemplateCache(loader, cacheBytes);
  }

  @Override
  public TemplateKey keyOf(VmSpec spec) {
    return context.fingerprints().keyOf(spec);
  }

  @Override
  public List<TemplateInfo> list() {
    return context.store().keys().stream()
        .flatMap(this::describe)
        .sorted(Comparator.comparing(TemplateInfo::createdAt).reversed())
        .toList();
  }

  /** Returns nothing if the template was deleted meanwhile. */
  private Stream<TemplateInfo> describe(TemplateKey key) {
    try {
      Manifest manifest = context.store().manifest(key);
      String refused = loader.objection(manifest, context.store().files(key)).orElse("");
      return Stream.of(manifest.info(cache.holds(key), refused));
    } catch (TemplateException e) {
      return e.reason() == TemplateException.Reason.NOT_FOUND
          ? Stream.empty()
          : Stream.of(unreadable(key, Objects.requireNonNull(e.getMessage())));
    }
  }

  private TemplateInfo unreadable(TemplateKey key, String why) {
    Instant since = modified(context.store().files(key).directory());
    return new TemplateInfo(key, "", UNKNOWN_SPEC, 0, since, 0, 0, "", false, why, List.of(), null);
  }

  private static Instant modified(Path path) {
    try {
      return Files.getLastModifiedTime(path).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }

  @Override
  public TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline) {
    Manifest manifest = TemplateBuild.run(context, spec, listener, deadline);
    cache.drop(new TemplateKey(manifest.key()));
    return manifest.info(false, "");
  }

  @Override
  public TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline) {
    try (LoadedTemplate parent = parent(note, deadline)) {
      return snapshots.write(taken, note, parent, mostBytes, laps, deadline).info(false, "");
    }
  }

  /** Returns what templates are made with. */
  BuildContext context() {
    return context;
  }

  /** Returns the template that a snapshot's source was a clone of; null if it cannot be loaded. */
  @Nullable LoadedTemplate parent(SnapshotNote note, Deadline deadline) {
    try {
      return TemplateKey.isKey(note.parent())
          ? acquire(new TemplateKey(note.parent()), deadline)
          : null;
    } catch (TemplateException e) {
      return null; // gone or refused: the snapshot is stored without it
    }
  }

  @Override
  public void delete(TemplateKey key) {
    try {
      context.store().delete(key);
    } finally {
      cache.drop(key);
    }
  }

  @Override
  public void load(TemplateKey key, Deadline deadline) {
    acquire(key, deadline).close();
  }

  /** A template whose drives were changed since is verified again, and refused if it is altered. */
  private LoadedTemplate acquire(TemplateKey key, Deadline deadline) {
    LoadedTemplate template = cache.acquire(key, deadline);
    if (template.isIntact()) {
      return template;
    }
    template.close();
    cache.drop(key);
    return cache.acquire(key, deadline);
  }

  @Override
  public Shell prepare(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    try (LoadedTemplate template = acquire(key, deadline)) {
      laps.lap("template");
      Vm vm = context.hypervisor().prepare(template.launch(id, folder), deadline);
      laps.lap("spawn");
      return new LoadableShell(vm, template);
    }
  }

  @Override
  public Vm restore(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    try (LoadedTemplate template = acquire(key, deadline)) {
      laps.lap("template");
      return template.restore(context.hypervisor(), id, folder, laps, deadline);
    }
  }

  @Override
  public Shell adopt(TemplateKey key, Vm vm, Deadline deadline) {
    if (vm.phase() != VmPhase.INCOMING) {
      throw new VmmException(
          VmmException.Reason.ILLEGAL_PHASE,
          "VM %s is not a shell: it is %s, not %s"
              .formatted(vm.identity().id().shortened(), vm.phase(), VmPhase.INCOMING));
    }
    try (LoadedTemplate template = acquire(key, deadline)) {
      return new LoadableShell(vm, template);
    }
  }

  @Override
  public void close() {
    cache.close();
  }
}
