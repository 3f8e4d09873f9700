package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that requests do not list the store, and still see every stored template. */
@Timeout(60)
final class KnownTemplatesTest {
  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  private String servedBy(VmRequest request) {
    return factory.get(request).vm().templateKey();
  }

  private static VmRequest named(TemplateInfo template) {
    return new VmRequest(template.key().hex(), null, null, null, List.of(), "", "");
  }

  @Test
  void requestsListNothingOnceTheStoreIsKnown() {
    TemplateInfo template = factory.template(1, 256);
    factory.get(any());
    int before = factory.templates.listings.get();
    for (int i = 0; i < 5; i++) {
      assertThat(servedBy(any())).isEqualTo(template.key().hex());
      assertThat(servedBy(named(template))).isEqualTo(template.key().hex());
    }
    assertThat(factory.templates.listings.get()).isEqualTo(before);
  }

  @Test
  void aTemplateBuiltOrDeletedIsKnownAtOnce() {
    TemplateInfo small = factory.template(1, 128);
    assertThat(servedBy(any())).isEqualTo(small.key().hex());
    TemplateInfo fitting =
        factory
            .cases
            .templates()
            .create(new TemplateRequest(null, null, false, TemplateUseCasesTest.SILENT), soon());
    assertThat(servedBy(any())).isEqualTo(fitting.key().hex());
    factory.cases.templates().delete(Peer.daemon(), fitting.key().hex(), soon());
    assertThat(servedBy(any())).isEqualTo(small.key().hex());
  }

  @Test
  void aTemplateThatTurnsOutToBeGoneIsNotChosenAgain() {
    TemplateInfo small = factory.template(1, 128);
    TemplateInfo fitting = factory.template(1, 256);
    assertThat(servedBy(any())).isEqualTo(fitting.key().hex());
    factory.templates.delete(fitting.key());

    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("no template");
    assertThat(servedBy(any())).isEqualTo(small.key().hex());
  }

  @Test
  void oneThatSomebodyElsePutThereIsFoundBeforeItIsSaidThatThereIsNone() {
    assertThat(factory.get(any()).route()).isEqualTo(Route.COLD);
    TemplateInfo small = factory.template(1, 128);
    assertThat(servedBy(sized(1, 128))).isEqualTo(small.key().hex());
    TemplateInfo other = factory.template(1, 192);
    assertThat(servedBy(named(other))).isEqualTo(other.key().hex());
  }

  @Test
  void anotherKernelIsSeenWithoutAListing() {
    factory.template(1, 256);
    factory.get(any());
    factory.templates.kernelDigest = "kernel 2";
    assertThat(factory.get(any()).route()).isEqualTo(Route.COLD);
    factory.templates.kernelDigest = "kernel 1";
    assertThat(factory.get(any()).route()).isEqualTo(Route.TEMPLATE);
  }
}
