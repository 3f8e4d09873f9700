package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.ResourceLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerShapeTest {
  private static final DiskImage IMAGE = DiskImage.overlay(Path.of("/images/a.ext4"));
  private static final DiskImage FOLDER = DiskImage.readOnly(Path.of("/images/b.ext4"));
  private static final OciSpec OCI = OciSpec.standard();
  private static final ContainerShape SHAPE = shape(ContainerSpec.of(OCI, IMAGE));

  private static ContainerShape shape(ContainerSpec spec) {
    return ContainerShape.of(spec, List.of("/etc/mtab"));
  }

  private static void differs(ContainerSpec spec, String... paths) {
    assertThat(SHAPE.differences(shape(spec))).containsExactly(paths);
    assertThat(shape(spec).differences(SHAPE)).containsExactly(paths);
  }

  private static void differs(OciSpec oci, String... paths) {
    differs(ContainerSpec.of(oci, IMAGE), paths);
  }

  @Test
  void whatTheStartChoosesIsNoPartOfIt() {
    OciSpec other =
        OCI.with(p -> p.withArgs(List.of("ls")).withEnv(List.of("A=b")).withCwd("/srv"))
            .withRoot("/elsewhere", OCI.rootReadonly());
    differs(other);
    differs(ContainerSpec.of(OCI, IMAGE).withId("other").withProgramAtStart());
    differs(ContainerSpec.of(OCI, IMAGE).withSharedPids(false));
  }

  @Test
  void everythingElseIs() {
    differs(OCI.with(p -> p.withUser(7, 8, List.of())), "process.user.gid", "process.user.uid");
    differs(OCI.with(p -> p.withTerminal(true)), "process.terminal");
    differs(OCI.withRoot("/", !OCI.rootReadonly()), "root.readonly");
    differs(OCI.withHostname("web"), "hostname");
    differs(
        OCI.withLimits(new ResourceLimits(1L << 26, null, null, null, 9L)),
        "linux.resources.memory.limit",
        "linux.resources.pids.limit");
    differs(OCI.withoutNamespace("pid"), "linux.namespaces");
    differs(ContainerSpec.of(OCI, FOLDER), "image");
    differs(ContainerSpec.of(OCI, IMAGE).withVolume(FOLDER, "/src"), "volumes[/src]");
    differs(ContainerSpec.of(OCI, IMAGE).withScratch("/tmp", 1), "volumes[/tmp]");
    differs(ContainerSpec.of(OCI, IMAGE).withSharedPids(true), "pids");
    assertThat(ContainerShape.of(ContainerSpec.of(OCI, IMAGE), List.of()).differences(SHAPE))
        .containsExactly("files");
  }

  @Test
  void mountsAreNamedByTheirPlace() {
    OciMount one = new OciMount("/run/secrets", "bind", "/run/x", List.of("ro"));
    OciMount other = new OciMount("/run/secrets", "bind", "/run/y", List.of("ro"));
    differs(OCI.withMount(one), "mounts[/run/secrets]");
    OciMount proc =
        OCI.mounts().stream()
            .filter(it -> it.destination().equals("/proc"))
            .findFirst()
            .orElseThrow();
    differs(OCI.withoutMounts(proc::equals).withMount(proc));
    OciMount above = new OciMount("/run", "tmpfs", "tmpfs", List.of());
    assertThat(
            shape(ContainerSpec.of(OCI.withMount(one).withMount(above), IMAGE))
                .differences(shape(ContainerSpec.of(OCI.withMount(above).withMount(one), IMAGE))))
        .containsExactly("mounts[/run/secrets]");
    assertThat(
            shape(ContainerSpec.of(OCI.withMount(one), IMAGE))
                .differences(shape(ContainerSpec.of(OCI.withMount(other), IMAGE))))
        .containsExactly("mounts[/run/secrets]");
  }

  @Test
  void aPartThatOneLacksDiffers() {
    assertThat(new ContainerShape(Map.of("a", "1")).differences(new ContainerShape(Map.of())))
        .containsExactly("a");
  }
}
