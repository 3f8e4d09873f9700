package io.vmfactory.runtime.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.ResourceLimits;
import org.junit.jupiter.api.Test;

final class VmLimitsTest {
  private static ResourceLimits limits(String annotations) {
    String json =
        """
        {"ociVersion": "1.0.2", "root": {"path": "rootfs"},
         "process": {"args": ["sh"], "cwd": "/", "user": {"uid": 0, "gid": 0}},
         "annotations": {%s},
         "linux": {"resources": {"memory": {"limit": 5000000}, "cpu": {"quota": 9000}}}}
        """
            .formatted(annotations);
    return VmLimits.of(OciSpec.parse(json.getBytes(UTF_8)));
  }

  @Test
  void withoutAPodTheyAreThoseOfTheContainer() {
    assertThat(limits("")).isEqualTo(new ResourceLimits(5_000_000L, 9000L, null, null, null));
  }

  @Test
  void thoseOfThePodCome() {
    String pod =
        "\"io.kubernetes.cri.sandbox-memory\": \"70000000\","
            + "\"io.kubernetes.cri.sandbox-cpu-quota\": \"150000\","
            + "\"io.kubernetes.cri.sandbox-cpu-period\": \"100000\"";
    assertThat(limits(pod))
        .isEqualTo(new ResourceLimits(70_000_000L, 150_000L, 100_000L, null, null));
  }

  @Test
  void zeroIsNoLimitOfThePod() {
    assertThat(limits("\"io.kubernetes.cri.sandbox-memory\": \"0\""))
        .isEqualTo(new ResourceLimits(5_000_000L, 9000L, null, null, null));
  }

  @Test
  void whatIsNoNumberIsRefusedByItsName() {
    assertThatThrownBy(() -> limits("\"io.kubernetes.cri.sandbox-memory\": \"1G\""))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("annotations[\"io.kubernetes.cri.sandbox-memory\"]");
  }
}
