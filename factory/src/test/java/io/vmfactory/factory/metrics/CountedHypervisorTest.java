package io.vmfactory.factory.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class CountedHypervisorTest {
  private final FakeHypervisor fake = new FakeHypervisor();
  private final Metrics metrics = new Metrics();
  private final Hypervisor counted = metrics.counted(fake);
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(30));
  @TempDir Path root;

  private Exposition scrape() {
    return new Exposition(new String(metrics.page(null).body(), UTF_8));
  }

  private Launch launch() {
    VmId id = VmId.random();
    return new Launch(
        id,
        States.template(States.NEW, false, "").spec(),
        new VmFolders(root).create(id),
        new GuestRam.Anonymous());
  }

  @Test
  void processesAreCountedFromStartToEnd() {
    Vm killed = counted.boot(launch(), deadline);
    FakeVm crashed = (FakeVm) counted.prepare(launch(), deadline);
    assertThat(scrape().value("vmfactory_vmm_processes")).isEqualTo(2);
    killed.kill();
    crashed.exit(new VmExit(1, 0, "oops"));
    Exposition page = scrape();
    assertThat(page.value("vmfactory_vmm_processes")).isZero();
    assertThat(page.value("vmfactory_vmm_exits_total{status=signal 9}")).isOne();
    assertThat(page.value("vmfactory_vmm_exits_total{status=code 1}")).isOne();
    assertThat(page.value("vmfactory_vmm_start_seconds_count{how=boot}")).isOne();
    assertThat(page.value("vmfactory_vmm_start_seconds_count{how=incoming}")).isOne();
    assertThat(counted.info()).isEqualTo(fake.info());
  }

  @Test
  void anAdoptedProcessIsCountedToo() {
    Launch launch = launch();
    Vm vm = fake.boot(launch, deadline);
    Survivor survivor = new Survivor(vm.identity(), launch.spec(), launch.folder());
    Vm adopted = counted.adopt(survivor, deadline);
    assertThat(scrape().value("vmfactory_vmm_processes")).isOne();
    assertThat(scrape().value("vmfactory_vmm_start_seconds_count{how=adopt}")).isOne();
    adopted.kill();
    assertThat(scrape().value("vmfactory_vmm_processes")).isZero();
  }

  @Test
  void aStartThatFailsIsCountedByCause() {
    fake.script()
        .failAt(Script.Step.BOOT, new VmmException(VmmException.Reason.RESOURCES, "no memory"));
    assertThatThrownBy(() -> counted.boot(launch(), deadline)).hasMessage("no memory");
    Exposition page = scrape();
    assertThat(page.value("vmfactory_vmm_starts_failed_total{cause=vmm_resources,how=boot}"))
        .isOne();
    assertThat(page.value("vmfactory_vmm_processes")).isZero();
  }
}
