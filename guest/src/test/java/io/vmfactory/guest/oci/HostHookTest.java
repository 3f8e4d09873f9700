package io.vmfactory.guest.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.guest.oci.HostHook.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostHookTest {
  private static byte[] config(String more) {
    String least =
        "{'ociVersion':'1.0.2','process':{'args':['sh'],'cwd':'/'},'root':{'path':'rootfs'}";
    return (least + more + "}").replace('\'', '"').getBytes(UTF_8);
  }

  @Test
  void hooksOfTheHostAreReadForAnEngine() {
    OciSpec spec =
        OciSpec.parseWithHostHooks(
            config(
                ",'hooks':{'poststop':[{'path':'/z'}],'prestart':[{'path':'/x','args':['x','y'],"
                    + "'env':['A=b'],'timeout':5}]}"));

    assertThat(spec.hostHooks())
        .containsExactly(
            new HostHook(Stage.PRESTART, "/x", List.of("x", "y"), List.of("A=b"), 5),
            new HostHook(Stage.POSTSTOP, "/z", List.of(), List.of(), 0));
    assertThat(spec.withoutHostHooks()).isEqualTo(OciSpec.parse(config("")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`'createContainer':[{'path':'/x'}]`, hooks.createContainer",
        "`'startContainer':[{'path':'/x'}]`, hooks.startContainer",
        "`'prestart':[{'args':['x']}]`, hooks.prestart[0].path",
        "`'poststop':[{'path':'/x','timeout':0}]`, hooks.poststop[0].timeout",
      })
  void othersAreRefusedByTheirPath(String hooks, String path) {
    assertThatExceptionOfType(OciSpecException.class)
        .isThrownBy(() -> OciSpec.parseWithHostHooks(config(",'hooks':{" + hooks + "}")))
        .withMessageContaining(path + ": ");
  }

  @Test
  void allDevicesOfTheHostAreOneProblem() {
    String device = "{'path':'/dev/sda%d','type':'b','major':8,'minor':%d}";
    OciSpec spec =
        OciSpec.parse(
            config(
                ",'linux':{'devices':[%s,%s,%s]}"
                    .formatted(
                        "{'path':'/dev/null','type':'c','major':1,'minor':3}",
                        device.formatted(1, 1),
                        device.formatted(2, 2))));
    assertThatExceptionOfType(OciSpecException.class)
        .isThrownBy(spec::checkNoHostPaths)
        .satisfies(
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .startsWith("linux.devices[1]: this and 1 more are devices of the host"));
  }
}
