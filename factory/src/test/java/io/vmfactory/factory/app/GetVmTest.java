package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GetVmTest {
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
  void aCloneIsConnectedBeforeItRunsAndUniqueBeforeAnythingElse() {
    TemplateInfo template = factory.template(1, 256);
    GrantedVm granted = factory.get(sized(2, 300));
    assertThat(granted.route()).isEqualTo(Route.TEMPLATE);
    assertThat(granted.routeReason()).isEmpty();
    assertThat(granted.vm().templateKey()).isEqualTo(template.key().hex());
    assertThat(granted.vm().sizing()).isEqualTo(new Sizing(2, 384));
    assertThat(factory.agents.calls(granted.vm().identity().id()))
        .containsExactly("connect PAUSED", "serving RUNNING", "unique RUNNING", "online 2 RUNNING");
    assertThat(granted.hops())
        .extracting(Lap::name)
        .containsExactly(
            "admit",
            "turn",
            "template",
            "spawn",
            "load",
            "connect",
            "cont",
            "answer",
            "unique",
            "plug",
            "online",
            "lease");
  }

  @Test
  void everyRouteEndsInTheSameState() {
    factory.template(1, 256);
    for (Route route : List.of(Route.TEMPLATE, Route.COLD)) {
      GrantedVm granted = factory.get(sized(2, 512, route));
      VmView vm = granted.vm();
      assertThat(granted.route()).isEqualTo(route);
      assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
      assertThat(vm.sizing()).isEqualTo(new Sizing(2, 512));
      assertThat(vm.hostname()).isEqualTo("vm-" + vm.identity().id().shortened());
      assertThat(factory.agents.unique(vm.identity().id()).hostname()).isEqualTo(vm.hostname());
      assertThat(factory.agents.connected()).isEmpty();
      assertThat(factory.status().leases()).contains(granted.lease());
    }
    assertThat(factory.status().served()).containsEntry(Route.COLD, 1).hasSize(2);
  }

  @Test
  void aColdVmIsServingBeforeItIsMadeUnique() {
    GrantedVm granted = factory.get(on(Route.COLD));
    assertThat(granted.vm().templateKey()).isEmpty();
    assertThat(factory.agents.calls(granted.vm().identity().id()))
        .containsExactly("connect RUNNING", "serving RUNNING", "unique RUNNING");
    assertThat(granted.hops())
        .extracting(Lap::name)
        .containsExactly("admit", "turn", "spawn", "boot", "connect", "answer", "unique", "lease");
  }

  @Test
  void twoVmsShareNothingThatMakesThemUnique() {
    factory.template(1, 256);
    Uniqueness one = factory.agents.unique(factory.get(any()).vm().identity().id());
    Uniqueness other = factory.agents.unique(factory.get(any()).vm().identity().id());
    assertThat(one.entropy()).hasSize(512).isNotEqualTo(other.entropy());
    assertThat(one.machineId()).matches("[0-9a-f]{32}").isNotEqualTo(other.machineId());
    assertThat(one.hostname()).isNotEqualTo(other.hostname());
    assertThat(one.vm()).isNotEqualTo(other.vm());
    assertThat(one.clock().now()).isEqualTo(factory.now());
  }

  @Test
  void hooksThatTheGuestHasRunLastAndCostATripOnlyThen() {
    factory.template(1, 256);
    assertThat(factory.get(any()).hops()).extracting(Lap::name).doesNotContain("hooks");
    factory.agents.restoreHooks = 2;
    GrantedVm granted = factory.get(any());
    assertThat(granted.hops()).extracting(Lap::name).containsSequence("unique", "hooks", "lease");
    assertThat(factory.agents.calls(granted.vm().identity().id()))
        .endsWith("unique RUNNING", "hooks RUNNING");
  }

  @Test
  void aVmWhoseHookFailsIsEndedAndAnotherRouteIsTaken() {
    String why = "after_restore hook \"seed\" of container c did not end within its time limit";
    factory.template(1, 256);
    factory.agents.restoreHooks = 1;
    factory.agents.faults.failAt(
        ScriptedAgents.Step.HOOKS, new GuestException(GuestException.ABORTED, why, null));
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE))).hasMessageContaining(why);
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.status().failures())
        .singleElement()
        .satisfies(failure -> assertThat(failure.cause()).contains(why));
  }

  @Test
  void theReasonSaysWhyAnEarlierRouteWasNotTaken() {
    GrantedVm granted = factory.get(on(Route.WARM, Route.TEMPLATE, Route.COLD));
    assertThat(granted.route()).isEqualTo(Route.COLD);
    assertThat(granted.routeReason())
        .isEqualTo(
            "WARM: no usable template fits 1 vCPU, 256 MiB; vmfactory init makes one; "
                + "TEMPLATE: no usable template fits 1 vCPU, 256 MiB; vmfactory init makes one");
  }

  /** The kernel fixes at its boot how many CPUs it can have, so plugging more would fail. */
  @Test
  void moreVcpusThanTheTemplatesKernelCanHaveAreBooted() {
    factory.templates.possibleCpus = 1;
    factory.template(1, 256);

    GrantedVm granted = factory.get(sized(2, 256, Route.WARM, Route.TEMPLATE, Route.COLD));

    assertThat(granted.route()).isEqualTo(Route.COLD);
    assertThat(granted.routeReason())
        .matches(
            "WARM: the guest's kernel in template \\w+ can have 1 vCPU, not 2; .*TEMPLATE: .*");
    assertThat(factory.status().failures()).isEmpty();
    assertThat(factory.get(sized(1, 512, Route.TEMPLATE)).route()).isEqualTo(Route.TEMPLATE);
    refused(Reason.NOT_POSSIBLE, sized(2, 256, Route.TEMPLATE), "can have 1 vCPU, not 2");
  }

  @Test
  void routesThatCannotServeAreRefusedEachWithItsReason() {
    refused(
        Reason.NOT_POSSIBLE, on(Route.WARM, Route.SHELL), "WARM: no usable", "SHELL: no usable");
    factory.template(1, 512);
    refused(Reason.NOT_POSSIBLE, on(Route.TEMPLATE), "no usable template fits 1 vCPU, 256 MiB");
  }

  @Test
  void theLargestTemplateThatFitsIsTaken() {
    factory.template(1, 128);
    factory.template(1, 384);
    factory.template(2, 512);
    factory.template(1, 1024);
    assertThat(bootOf(sized(1, 640))).isEqualTo(new Sizing(1, 384));
    assertThat(bootOf(sized(2, 640))).isEqualTo(new Sizing(2, 512));
    assertThat(bootOf(sized(4, 1024))).isEqualTo(new Sizing(1, 1024));
    assertThat(bootOf(sized(1, 128))).isEqualTo(new Sizing(1, 128));
  }

  private Sizing bootOf(VmRequest request) {
    GrantedVm granted = factory.get(request);
    assertThat(granted.route()).isEqualTo(Route.TEMPLATE);
    return factory.hypervisor.vm(granted.vm().identity().id()).launch().spec().boot();
  }

  @Test
  void aTemplateThatCouldNotGrowEnoughIsPassedOver() {
    factory.template(1, 900); // + 128 MiB block = 1028, above the maximum of 1024
    assertThat(factory.get(sized(1, 1000)).route()).isEqualTo(Route.COLD);
  }

  @Test
  void templatesOfAnotherConfigurationKernelOrHostArePassedOver() {
    VmSpec spec = factory.spec();
    factory.templates.store(spec, "made by another VMM");
    factory.templates.store(
        new VmSpec(
            new VmSpec.Machine("pc", "", spec.machine().accelerator(), "max"),
            spec.boot(),
            spec.max(),
            spec.memorySlots(),
            spec.kernel(),
            spec.agent(),
            spec.devices()),
        "");
    assertThat(factory.get(any()).route()).isEqualTo(Route.COLD);
    factory.template(1, 256);
    factory.templates.kernelDigest = "kernel 2";
    assertThat(factory.get(any()).route()).isEqualTo(Route.COLD);
    factory.templates.kernelDigest = "kernel 1";
    assertThat(factory.get(any()).route()).isEqualTo(Route.TEMPLATE);
  }

  @Test
  void aNamedTemplateIsTheOnlyOneThatServes() {
    TemplateInfo small = factory.template(1, 128);
    factory.template(1, 256);
    GrantedVm granted = factory.get(named(small.key().hex().substring(0, 8), null));
    assertThat(granted.vm().templateKey()).isEqualTo(small.key().hex());
    assertThat(granted.vm().sizing()).isEqualTo(small.spec().boot());
    refused(
        Reason.NOT_POSSIBLE,
        named(small.key().hex(), 96),
        "TEMPLATE: template " + small.key().shortened(),
        "COLD: the request names a template");
  }

  @Test
  void aNamedTemplateThatIsUnknownOrRefusedIsReportedAsSuch() {
    refused(Reason.NOT_FOUND, named("0123456789", null), "no template 0123456789");
    refused(Reason.INVALID, named("01234", null), "8 to 64");
    refused(Reason.INVALID, named("XYZ45678", null), "hex digits");
    TemplateInfo old = factory.templates.store(factory.spec(), "made by another VMM");
    refused(Reason.NOT_POSSIBLE, named(old.key().hex(), null), "made by another VMM");
  }

  private static VmRequest named(String key, Integer memoryMib) {
    return new VmRequest(key, null, memoryMib, null, List.of(), "", "");
  }

  @Test
  void aHostWithoutMemoryRefusesWithATimeToWait() {
    factory.template(1, 256);
    factory.available(HostMemory.OVERHEAD_MIB + 255);
    RequestException e = refused(Reason.EXHAUSTED, on(Route.COLD), "319 MiB", "320 MiB");
    assertThat(e.retryAfter()).isPositive();
    assertThat(factory.get(any()).route()).isEqualTo(Route.TEMPLATE);
    refused(Reason.EXHAUSTED, sized(1, 512, Route.TEMPLATE), "the host has");
  }

  private RequestException refused(Reason reason, VmRequest request, String... words) {
    List<Path> before = factory.folders();
    assertThatThrownBy(() -> factory.get(request))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.getMessage()).contains(words);
            });
    assertThat(factory.folders()).containsExactlyInAnyOrderElementsOf(before);
    try {
      factory.get(request);
      throw new AssertionError("was not refused");
    } catch (RequestException e) {
      return e;
    }
  }
}
