package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestDetails;
import io.vmfactory.guest.QuiesceReport;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.ConsoleTail;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.util.List;

/** Builds one template: boots a VM, quiesces it, and snapshots it. */
final class TemplateBuild {
  private static final int MIB = 1 << 20;

  private final BuildContext context;
  private final VmSpec spec;
  private final StepRunner steps;
  private final Deadline deadline;

  private record Booted(Vm vm, VmFolder folder, MemoryFile memory) {}

  private record Quiesced(ClockReading clock, long dataBytesBefore, QuiesceReport report) {}

  private record Written(BuildWorkspace workspace, TemplateWriter writer, MemoryContent memory) {}

  private TemplateBuild(BuildContext context, VmSpec spec, StepRunner steps, Deadline deadline) {
    this.context = context;
    this.spec = spec;
    this.steps = steps;
    this.deadline = deadline;
  }

  /** Builds a template of {@code spec}, publishes it, and returns its manifest. */
  static Manifest run(
      BuildContext context, VmSpec spec, BuildListener listener, Deadline deadline) {
    try (StepRunner steps = new StepRunner(listener, deadline)) {
      return new TemplateBuild(context, spec, steps, deadline).run();
    }
  }

  private Manifest run() {
    Fingerprint fingerprint =
        steps.run(BuildStep.FINGERPRINT, () -> context.fingerprints().of(spec));
    Booted booted = steps.run(BuildStep.BOOT, this::boot);
    GuestAgent agent = steps.run(BuildStep.AGENT, () -> agent(booted));
    steps.run(BuildStep.FEATURES, () -> features(agent));
    Quiesced quiesced = steps.run(BuildStep.QUIESCE, () -> quiesce(agent, booted.memory()));
    steps.run(BuildStep.CLOCK, () -> clock(agent, quiesced.clock()));
    steps.run(BuildStep.DISCONNECT, agent::close);
    steps.run(BuildStep.STOP, () -> booted.vm().stop(deadline));
    byte[] state = steps.run(BuildStep.SAVE, () -> save(booted.vm()));
    Written written = steps.run(BuildStep.WRITE, () -> write(booted.memory(), quiesced));
    return steps.run(BuildStep.PUBLISH, () -> publish(fingerprint, quiesced, written, state));
  }

  private Booted boot() {
    long bytes = (long) spec.boot().memoryMib() * MIB;
    MemoryFile memory = MemoryFiles.create("vmfactory-template", bytes);
    steps.atEnd(memory::close);
    VmId id = VmId.random();
    VmFolder folder = context.folders().create(id);
    steps.atEnd(folder::remove);
    Launch launch = new Launch(id, spec, folder, new GuestRam.Shared(memory));
    Vm vm = context.hypervisor().boot(launch, deadline);
    steps.atEnd(vm::kill);
    return new Booted(vm, folder, memory);
  }

  private GuestAgent agent(Booted booted) {
    try {
      deadline.await(booted.vm().signals().agentPort(), "the guest to open the agent's port");
      GuestAgent agent = context.agents().connect(booted.folder().agentSocket(), deadline);
      steps.atEnd(agent::close);
      agent.awaitServing(deadline);
      return agent;
    } catch (RuntimeException e) {
      steps.explain(ConsoleTail.of(booted.folder()));
      throw e;
    }
  }

  private GuestDetails features(GuestAgent agent) {
    GuestDetails details = agent.details(deadline);
    if (!details.features().contains(GuestDetails.IDENTITY)) {
      throw new TemplateException(
          Reason.INVALID,
          "the agent (version %s) in %s does not offer %s, so clones could not be made unique;"
                  .formatted(details.agentVersion(), spec.kernel().initrd(), GuestDetails.IDENTITY)
              + " use the guest image that comes with vmfactory");
    }
    steps.detail("agent " + details.agentVersion());
    return details;
  }

  private Quiesced quiesce(GuestAgent agent, MemoryFile memory) throws IOException {
    ClockReading clock = ClockReading.quickest(agent, deadline);
    long before = PageWalk.count(PageSource.of(memory), deadline);
    QuiesceReport report = agent.quiesce(deadline);
    steps.detail(
        "%d MiB zeroed, %d MiB in use, %d CPUs possible"
            .formatted(report.zeroedKib() >> 10, report.usedKib() >> 10, report.possibleCpus()));
    return new Quiesced(clock, before, report);
  }

  /** Quiescing takes a second, so its beginning and its end show how fast the clock runs. */
  private void clock(GuestAgent agent, ClockReading before) {
    ClockSpeed speed = ClockSpeed.since(before, agent, deadline);
    speed.require();
    steps.detail(speed.toString());
  }

  private byte[] save(Vm vm) {
    byte[] state = vm.save(deadline);
    steps.detail(state.length / 1024 + " KiB");
    return state;
  }

  private Written write(MemoryFile memory, Quiesced quiesced) throws IOException {
    BuildWorkspace workspace = context.store().workspace();
    steps.atEnd(workspace::close);
    TemplateWriter writer = new TemplateWriter(workspace.files(), context.store().codec());
    MemoryContent content = writer.memory(memory, deadline);
    steps.detail(
        "%d MiB of %d MiB hold data; %d MiB did before quiescing"
            .formatted(
                content.dataBytes() / MIB,
                content.bytes() / MIB,
                quiesced.dataBytesBefore() / MIB));
    return new Written(workspace, writer, content);
  }

  private Manifest publish(
      Fingerprint fingerprint, Quiesced quiesced, Written written, byte[] state)
      throws IOException {
    TemplateKey key = fingerprint.key();
    QuiesceReport report = quiesced.report();
    Manifest manifest =
        new Manifest(
            key.hex(),
            fingerprint,
            spec,
            context.clock().now(),
            written.memory(),
            written.writer().state(state),
            new Manifest.Quiesce(
                quiesced.dataBytesBefore(),
                written.memory().dataBytes(),
                report.zeroedKib(),
                report.usedKib(),
                report.possibleCpus()),
            steps.laps().stream().map(Manifest.Step::of).toList(),
            List.of());
    written.writer().manifest(manifest);
    written.workspace().publish(context.store().files(key).directory());
    steps.detail(key.shortened());
    return manifest;
  }
}
