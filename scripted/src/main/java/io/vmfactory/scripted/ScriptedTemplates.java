package io.vmfactory.scripted;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.NameBook;
import io.vmfactory.template.Names;
import io.vmfactory.template.Shell;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Templates without files: a list, and clones that a scripted hypervisor makes. */
public final class ScriptedTemplates implements Templates {
  /** The steps that can be made to misbehave. */
  public enum Step {
    BUILD,
    STORE,
    RESTORE,
    PREPARE,
    ADOPT
  }

  /** The failures to play. */
  public final Faults<Step> faults = new Faults<>();

  private final Hypervisor hypervisor;
  private final List<TemplateInfo> stored;

  /** The number of builds. Each build is a new snapshot, even under the same key. */
  private final AtomicInteger built;

  /** How many times the store was listed. */
  public final AtomicInteger listings = new AtomicInteger();

  /** Stands for the content of kernel and initrd. Another value makes every key another. */
  public volatile String kernelDigest = "kernel 1";

  /** Runs when a snapshot was taken and is about to be stored. */
  public volatile Runnable beforeStore = () -> {};

  /** How many CPUs the kernel of a new template can have; 0 = as many as its spec allows. */
  public volatile int possibleCpus;

  public ScriptedTemplates(Hypervisor hypervisor) {
    this(hypervisor, new CopyOnWriteArrayList<>(), new AtomicInteger());
  }

  private ScriptedTemplates(Hypervisor hypervisor, List<TemplateInfo> stored, AtomicInteger built) {
    this.hypervisor = hypervisor;
    this.stored = stored;
    this.built = built;
  }

  /** Returns the same store, with VMs made by {@code other}. */
  public ScriptedTemplates over(Hypervisor other) {
    return other == hypervisor ? this : new ScriptedTemplates(other, stored, built);
  }

  /** Returns the names of templates, in a real file in {@code folder}. */
  public static Names names(Path folder) {
    return new NameBook(folder.resolve("names"), folder.resolve("secret"));
  }

  /** Puts a template of {@code spec} into the store. It is usable if {@code refused} is empty. */
  public TemplateInfo store(VmSpec spec, String refused) {
    TemplateInfo info =
        new TemplateInfo(
            keyOf(spec),
            "snapshot " + built.incrementAndGet(),
            spec,
            possibleCpus == 0 ? spec.max().vcpus() : possibleCpus,
            Instant.EPOCH,
            1,
            1,
            "7.2.0-fake",
            true,
            refused,
            List.of(),
            null);
    stored.removeIf(t -> t.key().equals(info.key()));
    stored.add(info);
    return info;
  }

  @Override
  public TemplateKey keyOf(VmSpec spec) {
    if (kernelDigest.isEmpty()) {
      throw new TemplateException(TemplateException.Reason.INVALID, "cannot read the kernel /k");
    }
    return keyOf(spec + kernelDigest);
  }

  private static TemplateKey keyOf(String what) {
    byte[] text = what.getBytes(StandardCharsets.UTF_8);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return new TemplateKey(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public List<TemplateInfo> list() {
    listings.incrementAndGet();
    return List.copyOf(stored);
  }

  @Override
  public TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline) {
    listener.began("boot", 1, 1);
    faults.play(Step.BUILD, deadline);
    listener.ended("boot", 1, 1, Duration.ofMillis(1), "");
    return store(spec, "");
  }

  @Override
  public TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline) {
    beforeStore.run();
    faults.play(Step.STORE, deadline);
    List.of("store", "publish").forEach(laps::lap);
    int number = built.incrementAndGet();
    List<SnapshotFacts.Drive> drives =
        taken.drives().stream().map(d -> new SnapshotFacts.Drive(d.id(), d.mode(), 1)).toList();
    TemplateInfo info =
        new TemplateInfo(
            keyOf("snapshot " + number),
            "snapshot " + number,
            taken.spec(),
            taken.spec().max().vcpus(),
            Instant.EPOCH,
            1,
            1,
            "7.2.0-fake",
            true,
            "",
            laps.all(),
            new SnapshotFacts(note, taken.writtenBytes(), drives));
    stored.add(info);
    return info;
  }

  @Override
  public void delete(TemplateKey key) {
    stored.removeIf(t -> t.key().equals(key));
  }

  @Override
  public void load(TemplateKey key, Deadline deadline) {
    find(key);
  }

  @Override
  public Vm restore(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    faults.play(Step.RESTORE, deadline);
    return Templates.super.restore(key, id, folder, laps, deadline);
  }

  @Override
  public Shell prepare(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    faults.play(Step.PREPARE, deadline);
    TemplateInfo template = find(key);
    laps.lap("template");
    GuestRam ram = new GuestRam.Anonymous();
    Vm vm = hypervisor.prepare(new Launch(id, template.spec(), folder, ram), deadline);
    laps.lap("spawn");
    return new FakeShell(vm, template.digest());
  }

  @Override
  public Shell adopt(TemplateKey key, Vm vm, Deadline deadline) {
    faults.play(Step.ADOPT, deadline);
    if (vm.phase() != VmPhase.INCOMING) {
      throw new VmmException(VmmException.Reason.ILLEGAL_PHASE, "not a shell: it is " + vm.phase());
    }
    return new FakeShell(vm, find(key).digest());
  }

  private TemplateInfo find(TemplateKey key) {
    return stored.stream()
        .filter(t -> t.key().equals(key))
        .findFirst()
        .orElseThrow(
            () -> new TemplateException(TemplateException.Reason.NOT_FOUND, "no template " + key));
  }

  private record FakeShell(Vm vm, String digest) implements Shell {
    /** Kills {@code vm} even if this thread was cancelled; the cancellation stays pending. */
    private static void killed(Vm vm) {
      boolean cancelled = Thread.interrupted();
      vm.kill();
      if (cancelled) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void load(Laps laps, Deadline deadline) {
      try {
        vm.load(FakeVm.STATE, deadline);
      } catch (RuntimeException e) {
        killed(vm);
        throw e;
      }
      laps.lap("load");
    }
  }

  @Override
  public void close() {}
}
