package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Sizing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public final class TemplateUseCasesTest {
  public static final BuildListener SILENT =
      new BuildListener() {
        @Override
        public void began(String step, int index, int count) {}

        @Override
        public void ended(String step, int index, int count, Duration span, String detail) {}
      };

  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root, 2);
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  private TemplateInfo create(Integer vcpus, Integer memoryMib, boolean replace) {
    TemplateRequest request = new TemplateRequest(vcpus, memoryMib, replace, SILENT);
    return factory.cases.templates().create(request, soon());
  }

  private void refused(Reason reason, String words, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  @Test
  void aTemplateOfTheConfiguredSizeTurnsTheFactoryOn() {
    assertThat(factory.status().on()).isFalse();
    TemplateInfo made = create(null, null, false);
    assertThat(made.spec()).isEqualTo(factory.spec());
    assertThat(factory.status().on()).isTrue();
    assertThat(factory.status().defaultKeys()).containsExactly(made.key().hex());
    assertThat(factory.cases.templates().list(Peer.daemon()))
        .extracting(TemplateView::info)
        .containsExactly(made);
    assertThat(factory.kinds()).containsExactly(Kind.TEMPLATE_CREATED);
    assertThat(create(2, 512, false).spec().boot()).isEqualTo(new Sizing(2, 512));
  }

  @Test
  void aTemplateThatIsThereIsOnlyReplacedWhenAskedTo() {
    create(null, null, false);
    refused(Reason.ALREADY_EXISTS, "is there already", () -> create(null, null, false));
    assertThat(create(null, null, true).usable()).isTrue();
  }

  @Test
  void aTemplateThatThisHostMayNotLoadIsReplacedWithoutAsking() {
    factory.templates.store(factory.spec(), "altered");
    assertThat(create(null, null, false).usable()).isTrue();
  }

  @Test
  void absurdSizesAreRefusedWithTheRange() {
    refused(Reason.INVALID, "vcpus = 0: must be 1..4", () -> create(0, null, false));
    refused(Reason.INVALID, "vcpus = 5: must be 1..4", () -> create(5, null, false));
    refused(Reason.INVALID, "memory_mib = 79: must be 80..1024", () -> create(1, 79, false));
    refused(Reason.INVALID, "memory_mib = -1: must be", () -> create(1, -1, false));
    assertThat(factory.templates.list()).isEmpty();
  }

  @Test
  void oneKeyIsBuiltOnceAtATime() {
    var reached = factory.templates.faults.hangAt(ScriptedTemplates.Step.BUILD);
    CompletableFuture<TemplateInfo> first =
        CompletableFuture.supplyAsync(() -> create(null, null, true));
    soon().await(reached, "the first build");
    refused(Reason.NOT_POSSIBLE, "is being built by another", () -> create(null, null, true));
    refused(Reason.NOT_POSSIBLE, "is being built by another", () -> create(null, null, false));
    factory.templates.faults.letGo();
    assertThat(soon().await(first, "the first build").usable()).isTrue();
    assertThat(create(null, null, true).usable()).isTrue();
  }

  @Test
  void aBuildTakesAPlaceAndMemoryOfAVm() {
    factory.get(TestFactory.on(Route.COLD));
    factory.get(TestFactory.on(Route.COLD));
    refused(Reason.EXHAUSTED, "all 2 VMs", () -> create(null, null, false));
    factory.pass(TestFactory.TTL);
    factory.available(256);
    refused(Reason.EXHAUSTED, "the host has 256 MiB", () -> create(null, null, false));
    factory.available(1024);
    create(null, null, false);
  }

  @Test
  void aFailedBuildIsKeptAndThrown() {
    TemplateException failure =
        new TemplateException(TemplateException.Reason.FAILED, "step boot failed");
    factory.templates.faults.failAt(ScriptedTemplates.Step.BUILD, failure);
    assertThatThrownBy(() -> create(null, null, false)).isSameAs(failure);
    assertThat(factory.status().failures().get(0).cause()).isEqualTo("step boot failed");
  }

  @Test
  void anUnreadableKernelIsReportedAndStatusStillAnswers() {
    create(null, null, false);
    factory.templates.kernelDigest = "";
    assertThatThrownBy(() -> create(null, null, true)).hasMessageContaining("the kernel /k");
    assertThat(factory.status().on()).isFalse();
  }

  @Test
  void aTemplateIsDeletedByTheBeginningOfItsKey() {
    TemplateInfo made = create(null, null, false);
    String prefix = made.key().hex().substring(0, 8);
    refused(Reason.NOT_FOUND, "vmfactory status", () -> delete(prefix.substring(1)));
    refused(Reason.INVALID, "vmfactory status", () -> delete("NO KEY"));
    assertThat(delete(prefix)).isEqualTo(made.key().hex());
    refused(
        Reason.NOT_FOUND,
        "no template " + prefix + ": vmfactory status lists them",
        () -> delete(prefix));
    assertThat(factory.kinds()).containsExactly(Kind.TEMPLATE_CREATED, Kind.TEMPLATE_DELETED);
  }

  private String delete(String prefix) {
    return factory.cases.templates().delete(Peer.daemon(), prefix, soon()).get(0);
  }
}
