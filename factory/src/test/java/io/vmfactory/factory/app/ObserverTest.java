package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmExit;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ObserverTest {
  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  @Test
  void aServedRequestIsReportedOnceWithRouteAndHops() {
    factory.template(1, 256);
    GrantedVm granted = factory.get(on(Route.TEMPLATE));
    assertThat(factory.observed.lines)
        .containsExactly(
            "VM_LEASED",
            "GET_VM TEMPLATE [admit, turn, template, spawn, load, connect, cont, answer, unique, lease]");
    Duration hops =
        granted.hops().stream().map(lap -> lap.span()).reduce(Duration.ZERO, Duration::plus);
    assertThat(factory.observed.totals.get(0)).isGreaterThanOrEqualTo(hops);
  }

  @Test
  void aBaseVmIsReportedAsSuch() {
    factory.template(1, 256);
    factory.cases.vms().getBase(Peer.daemon(), on(Route.TEMPLATE), soon());
    assertThat(factory.observed.lines)
        .containsExactly(
            "VM_GIVEN_AWAY", "GET_BASE_VM TEMPLATE [admit, turn, template, spawn, load, detach]");
  }

  @Test
  void aRequestThatIsTurnedAwayIsReportedWithItsCause() {
    assertThatThrownBy(() -> factory.get(sized(0, 300))).isInstanceOf(RequestException.class);
    assertThat(factory.observed.lines).hasSize(1).first().asString().startsWith("GET_VM failed: ");
    factory.cases.control().shutdown(Control.AtEnd.END_VMS, soon());
    assertThatThrownBy(() -> factory.get(any())).isInstanceOf(RequestException.class);
    assertThat(factory.observed.lines)
        .last()
        .isEqualTo("GET_VM failed: the daemon is shutting down");
  }

  @Test
  void aRouteThatFailsIsTroubleThoughTheNextOneServes() {
    factory.template(1, 256);
    factory.templates.faults.failAt(
        ScriptedTemplates.Step.RESTORE,
        new TemplateException(TemplateException.Reason.FAILED, "scripted failure"));
    factory.get(on(Route.TEMPLATE, Route.COLD));
    assertThat(factory.observed.lines)
        .contains("trouble route TEMPLATE: scripted failure")
        .last()
        .asString()
        .startsWith("GET_VM COLD [");
  }

  @Test
  void theEndOfALeaseIsReportedWithItsKind() {
    GrantedVm granted = factory.get(on(Route.COLD));
    factory.hypervisor.vm(granted.vm().identity().id()).exit(new VmExit(-1, 11, "oops"));
    factory.pass(Duration.ZERO);
    assertThat(factory.observed.lines).contains("VM_DIED", "FAILURE", "trouble VM");
    factory.get(on(Route.COLD));
    factory.pass(TestFactory.TTL);
    assertThat(factory.observed.lines).last().isEqualTo("LEASE_EXPIRED");
  }
}
