package io.vmfactory.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnginePodTest {
  private static final String OF_HOST =
      "{\"type\":\"network\",\"path\":\"/proc/42/ns/net\"},"
          + "{\"type\":\"uts\",\"path\":\"/proc/42/ns/uts\"},"
          + "{\"type\":\"ipc\",\"path\":\"/proc/42/ns/ipc\"},{\"type\":\"mount\"},";
  private static final String OWN =
      "{\"type\":\"network\",\"path\":\"/run/netns/x\"},{\"type\":\"uts\"},{\"type\":\"ipc\"},"
          + "{\"type\":\"mount\"},{\"type\":\"pid\"}";

  private static OciSpec spec(String namespaces, String annotations) {
    String json =
        """
        {"ociVersion": "1.0.2", "hostname": "one", "root": {"path": "rootfs"},
         "process": {"args": ["sh"], "cwd": "/", "user": {"uid": 0, "gid": 0}},
         "mounts": [{"destination": "/dev/shm", "type": "bind", "source": "/run/shm/x",
                     "options": ["rbind", "ro"]}],
         "annotations": {%s}, "linux": {"namespaces": [%s]}}
        """;
    return OciSpec.parse(json.formatted(annotations, namespaces).getBytes(StandardCharsets.UTF_8));
  }

  private static EnginePod pod(OciSpec spec) {
    return EnginePod.of(spec, process -> process == 42 ? Optional.of("pause") : Optional.empty());
  }

  private static String shm(EnginePod pod) {
    OciMount mount = pod.spec().mounts().get(0);
    assertThat(mount.options()).contains("ro");
    return mount.source();
  }

  private static Boolean sharedPids(EnginePod pod) {
    ContainerSpec container = ContainerSpec.of(pod.spec(), DiskImage.overlay(Path.of("/image")));
    return pod.applyTo(container).sharedPids();
  }

  @Test
  void aContainerAloneStaysAsItIs() {
    OciSpec spec = spec(OWN, "\"io.kubernetes.cri.container-type\":\"container\"");
    EnginePod pod = pod(spec);
    assertThat(pod.host()).isNull();
    assertThat(pod.spec()).isEqualTo(spec);
    assertThat(pod.applyTo(spec)).isEqualTo(spec);
    assertThat(pod.applyTo(SandboxSpec.defaults())).isEqualTo(SandboxSpec.defaults());
    assertThat(sharedPids(pod)).isNull();
  }

  @Test
  void theFirstContainerOfAPodGivesTheVmItsNameAndPids() {
    OciSpec spec = spec(OWN, "\"io.kubernetes.cri.container-type\":\"sandbox\"");
    EnginePod pod = pod(spec);
    assertThat(pod.host()).isNull();
    assertThat(pod.applyTo(SandboxSpec.defaults()))
        .isEqualTo(SandboxSpec.defaults().withHostname("one").withSharedPids(true));
    assertThat(pod.applyTo(pod.spec()).hostname()).isEmpty();
    assertThat(shm(pod)).isEqualTo("/dev/shm");
    assertThat(sharedPids(pod)).isFalse();
  }

  @Test
  void aContainerThatJoinsTheNetworkOfAnotherSharesItsVm() {
    EnginePod pod = pod(spec(OF_HOST + "{\"type\":\"pid\"}", ""));
    assertThat(pod.host()).isEqualTo("pause");
    assertThat(pod.spec().hostname()).isEqualTo("one");
    assertThat(pod.spec().hasNamespace("uts")).isFalse();
    assertThat(pod.spec().hasNamespace("ipc")).isFalse();
    assertThat(pod.spec().hasNamespace("pid")).isTrue();
    assertThat(shm(pod)).isEqualTo("/dev/shm");
    assertThat(sharedPids(pod)).isFalse();
  }

  @Test
  void itSharesPidsOnRequest() {
    EnginePod pod = pod(spec(OF_HOST + "{\"type\":\"pid\",\"path\":\"/proc/42/ns/pid\"}", ""));
    assertThat(pod.spec().hasNamespace("pid")).isFalse();
    assertThat(sharedPids(pod)).isTrue();
  }

  @Test
  void namespacesOfOtherProcessesAreRefused() {
    EnginePod other =
        pod(spec(OF_HOST.replace("42/ns/uts", "43/ns/uts") + "{\"type\":\"pid\"}", ""));
    assertThatThrownBy(() -> other.spec().withoutNamespace("network").checkNoHostPaths())
        .isInstanceOf(OciSpecException.class)
        .hasMessageContaining("namespaces");
    EnginePod unknown = pod(spec(OF_HOST.replace("/42/", "/43/") + "{\"type\":\"pid\"}", ""));
    assertThat(unknown.host()).isNull();
    OciSpec ofHost = spec("{\"type\":\"pid\"}", "");
    assertThatThrownBy(() -> pod(ofHost))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("host's own network");
  }
}
