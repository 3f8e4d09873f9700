package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.linux.Sha256;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
  @TempDir Path dir;
  private VmSpec spec;
  private HypervisorInfo info;
  private Fingerprint fingerprint;

  @BeforeEach
  void take() throws IOException {
    Path kernel = Files.writeString(dir.resolve("vmlinuz"), "kernel");
    Path initrd = Files.writeString(dir.resolve("initrd"), "initrd");
    Path program = Files.writeString(dir.resolve("vmm"), "vmm");
    info = new HypervisorInfo(program, "7.2.22", Accelerator.TCG, "no KVM", "Some CPU");
    spec =
        new VmSpec(
            new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
            new Sizing(1, 256),
            new Sizing(4, 2048),
            4,
            new VmSpec.Kernel(kernel, initrd, List.of("quiet", "panic=-1")),
            AgentTransport.VIRTIO_SERIAL,
            new VmSpec.Devices(4, 2, 2, 0, 64L << 30));
    fingerprint = new Fingerprints(info).of(spec);
  }

  private static TemplateKey key(HypervisorInfo info, VmSpec spec) {
    return new Fingerprints(info).of(spec).key();
  }

  /** Returns copies of {@code record}, each with one value changed, by the path to that value. */
  private static Map<String, Record> variants(Record record) {
    Map<String, Record> variants = new java.util.LinkedHashMap<>();
    RecordComponent[] components = record.getClass().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      int at = i;
      changes(components[i].getName(), get(components[i], record))
          .forEach((name, value) -> variants.put(name, with(record, components, at, value)));
    }
    return variants;
  }

  private static Map<String, Object> changes(String name, Object value) {
    if (value instanceof Record nested) {
      return variants(nested).entrySet().stream()
          .collect(Collectors.toMap(e -> name + "." + e.getKey(), Map.Entry::getValue));
    }
    if (value instanceof Integer number) {
      return Map.of(name, number + 1);
    }
    if (value instanceof Long number) {
      return Map.of(name, number + 1);
    }
    if (value instanceof String text) {
      return Map.of(name, text + "x");
    }
    if (value instanceof Enum<?> constant) {
      List<?> all = List.of(constant.getDeclaringClass().getEnumConstants());
      return Map.of(name, all.get((all.indexOf(constant) + 1) % all.size()));
    }
    if (value instanceof List<?> list) {
      List<Object> more = new ArrayList<>(list);
      more.add("more");
      List<Object> reversed = new ArrayList<>(list);
      java.util.Collections.reverse(reversed);
      return Map.of(name + " longer", more, name + " in another order", reversed);
    }
    if (value instanceof Path) {
      return Map.of(); // by content, tested elsewhere
    }
    throw new AssertionError("teach this test about " + value.getClass());
  }

  private static Object get(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static Record with(Record of, RecordComponent[] components, int index, Object value) {
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = i == index ? value : get(components[i], of);
    }
    try {
      return of.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @Test
  void everyComponentOfTheFingerprintChangesTheKey() {
    Map<String, Record> variants = variants(fingerprint);
    assertThat(variants).hasSizeGreaterThan(15);
    List<TemplateKey> keys =
        variants.values().stream().map(changed -> ((Fingerprint) changed).key()).toList();
    assertThat(keys).doesNotHaveDuplicates().doesNotContain(fingerprint.key());
  }

  @Test
  void everyFieldOfTheSpecButFilePathsChangesTheKey() {
    variants(spec)
        .forEach(
            (what, changed) ->
                assertThat(key(info, (VmSpec) changed)).as(what).isNotEqualTo(fingerprint.key()));
  }

  @Test
  void theKeyIsTheSameForTheSameThingsWhereverTheFilesAre() throws IOException {
    Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
    Path kernel = Files.copy(spec.kernel().image(), elsewhere.resolve("k"));
    Path initrd = Files.copy(spec.kernel().initrd(), elsewhere.resolve("i"));
    var moved = new VmSpec.Kernel(kernel, initrd, spec.kernel().parameters());
    VmSpec other =
        new VmSpec(
            spec.machine(),
            spec.boot(),
            spec.max(),
            spec.memorySlots(),
            moved,
            spec.agent(),
            spec.devices());
    assertThat(key(info, other)).isEqualTo(fingerprint.key());
  }

  @Test
  void anotherHostHasAnotherKeyEvenUnderTcg() throws IOException {
    Path program = info.program();
    var cpu = new HypervisorInfo(program, "7.2.22", Accelerator.TCG, "", "Other CPU");
    var version = new HypervisorInfo(program, "7.2.23", Accelerator.TCG, "", "Some CPU");
    var reason = new HypervisorInfo(program, "7.2.22", Accelerator.TCG, "why", "Some CPU");
    assertThat(key(cpu, spec)).isNotEqualTo(fingerprint.key());
    assertThat(key(version, spec)).isNotEqualTo(fingerprint.key());
    assertThat(key(reason, spec)).isEqualTo(fingerprint.key());
    Files.writeString(program, "another build of the same version");
    assertThat(key(info, spec)).isNotEqualTo(fingerprint.key());
  }

  @Test
  void contentOfKernelAndInitrdChangesTheKeyAlsoWhenSizeStays() throws IOException {
    Fingerprints fingerprints = new Fingerprints(info);
    TemplateKey before = fingerprints.of(spec).key();
    Files.writeString(spec.kernel().image(), "lenrek");
    TemplateKey otherKernel = fingerprints.of(spec).key();
    assertThat(otherKernel).isNotEqualTo(before);
    Files.writeString(spec.kernel().initrd(), "drtini");
    assertThat(fingerprints.of(spec).key()).isNotIn(before, otherKernel);
  }

  @Test
  void theEncodingIsFixedSoThatStoresOutliveThisProgram() {
    Fingerprint fixed =
        new Fingerprint(
            1,
            "7.2.22",
            "aa",
            "CPU",
            new VmSpec.Machine("q35", "", Accelerator.KVM, "host"),
            new Sizing(1, 256),
            new Sizing(4, 2048),
            4,
            new Fingerprint.Kernel("bb", "cc", List.of("a", "b")),
            AgentTransport.VSOCK,
            new VmSpec.Devices(4, 2, 3, 1, 1 << 20));
    String encoded =
        """
        =22:vmfactory template key
        .format=1:1
        .vmmVersion=6:7.2.22
        .vmmProgramSha256=2:aa
        .hostCpu=3:CPU
        .machine.type=3:q35
        .machine.options=0:
        .machine.accelerator=3:KVM
        .machine.cpuModel=4:host
        .boot.vcpus=1:1
        .boot.memoryMib=3:256
        .max.vcpus=1:4
        .max.memoryMib=4:2048
        .memorySlots=1:4
        .kernel.imageSha256=2:bb
        .kernel.initrdSha256=2:cc
        .kernel.parameters=2:#2
        .kernel.parameters[]=1:a
        .kernel.parameters[]=1:b
        .agent=5:VSOCK
        .devices.driveSlots=1:4
        .devices.readOnlySlots=1:2
        .devices.hotplugPorts=1:3
        .devices.nicSlots=1:1
        .devices.driveSlotBytes=7:1048576
        """;
    assertThat(fixed.key().hex())
        .isEqualTo(Sha256.hex(encoded.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void aMissingKernelIsNamed() throws IOException {
    Files.delete(spec.kernel().image());
    assertThatThrownBy(() -> new Fingerprints(info).of(spec))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("there is no kernel " + spec.kernel().image());
  }

  @Test
  void anUnreadableInitrdIsNamed() throws IOException {
    Files.delete(spec.kernel().initrd());
    Files.createDirectory(spec.kernel().initrd());
    assertThatThrownBy(() -> new Fingerprints(info).of(spec))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("cannot read the initrd " + spec.kernel().initrd());
  }
}
