package io.vmfactory.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that scripted rooms keep the promises of the real ones. */
class ScriptedRoomsTest {
  private static final VmSpec SPEC =
      new VmSpec(
          new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
          new Sizing(1, 128),
          new Sizing(2, 384),
          2,
          new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of()),
          AgentTransport.VIRTIO_SERIAL);

  @TempDir Path dir;
  private final FakeHypervisor hypervisor = new FakeHypervisor();
  private final ScriptedTemplates templates = new ScriptedTemplates(hypervisor);
  private final ScriptedAgents agents = new ScriptedAgents(hypervisor);
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(20));

  @AfterEach
  void end() {
    hypervisor.vms().forEach(Vm::kill);
  }

  private Vm restore(TemplateKey key) {
    VmId id = VmId.random();
    VmFolder folder = new VmFolders(dir).create(id);
    return templates.restore(key, id, folder, new Laps(), deadline);
  }

  @Test
  void aStoredTemplateIsRestoredAndAnUnknownOneIsNotFound() {
    TemplateKey key = templates.store(SPEC, "").key();
    assertThat(restore(key).phase()).isEqualTo(VmPhase.PAUSED);
    templates.delete(key);
    assertThatExceptionOfType(TemplateException.class).isThrownBy(() -> restore(key));
  }

  @Test
  void anAgentTakesOneHostAtATimeAndAnswersOnlyWhileItsVmRuns() {
    Vm vm = restore(templates.store(SPEC, "").key());
    Path socket = hypervisor.vm(vm.identity().id()).launch().folder().agentSockets().get(0);
    try (GuestAgent agent = agents.connect(socket, deadline)) {
      assertThatExceptionOfType(GuestException.class)
          .isThrownBy(() -> agents.connect(socket, deadline));
      assertThatExceptionOfType(GuestException.class).isThrownBy(() -> agent.online(1, deadline));
      vm.cont(deadline);
      agent.online(1, deadline);
    }
    assertThat(agents.calls(vm.identity().id()))
        .containsExactly("connect PAUSED", "online 1 PAUSED", "online 1 RUNNING");
  }
}
