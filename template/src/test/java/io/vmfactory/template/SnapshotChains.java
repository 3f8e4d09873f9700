package io.vmfactory.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Stores snapshots of every kind of file: memory as the difference to a difference, and drives with
 * an image and layers. For tests that damage them.
 */
record SnapshotChains(Path dir, TemplateFixture fixture, StoredTemplates templates) {
  private static final int PAGE = 4096;

  /** The files of each snapshot: base-0 is a whole memory, base-1 and memory are differences. */
  static final List<String> FILES =
      List.of(
          "manifest.json",
          "base-0",
          "base-1",
          "memory",
          "state",
          "drive-0-0",
          "drive-0-1",
          "drive-0-2",
          "drive-1-0");

  /**
   * Stores three generations that all differ by {@code mark}; returns the key of the last one.
   *
   * @param state the device state; only {@link FakeVm#STATE} can be restored
   */
  TemplateKey stored(int mark, byte[] state) throws IOException {
    TemplateKey first = stored("", mark, 0, state);
    TemplateKey second = stored(first.hex(), mark, 1, state);
    return stored(second.hex(), mark, 2, state);
  }

  /**
   * Stores one.
   *
   * @param parent key of the parent, hex; empty = none
   * @param generation its first pages differ from those of an earlier one
   */
  TemplateKey stored(String parent, int mark, int generation, byte[] state) throws IOException {
    MemoryFile memory =
        MemoryFiles.create("vmfactory-snapshot", (long) TemplateFixture.MEMORY_MIB << 20);
    for (int page = 10; page < 20; page++) {
      memory.write((long) page * PAGE, filled(mark + page));
    }
    for (int page = 10; page < 10 + generation; page++) {
      memory.write((long) page * PAGE, filled(mark + generation));
    }
    memory.seal();
    SnapshotNote note = new SnapshotNote(parent, new Owner(0, true), new TreeMap<>(), "");
    try (VmSnapshot taken =
        new VmSnapshot(fixture.spec(), memory, state, drives(mark), 0, Duration.ZERO)) {
      return templates.store(taken, note, Long.MAX_VALUE, new Laps(), TemplateFixture.soon()).key();
    }
  }

  private static ByteBuffer filled(int with) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) with);
    return ByteBuffer.wrap(page);
  }

  private List<FrozenDrive> drives(int mark) throws IOException {
    byte[] layer = new byte[2 * PAGE];
    layer[PAGE + 7] = (byte) mark;
    return List.of(
        new FrozenDrive(
            "rw0",
            DriveMode.OVERLAY,
            8192,
            List.of(file("image " + mark), file(layer), file("layer " + mark))),
        new FrozenDrive("ro0", DriveMode.READ_ONLY, 4096, List.of(file("other " + mark))));
  }

  private Descriptor file(String content) throws IOException {
    return file(content.getBytes(UTF_8));
  }

  private Descriptor file(byte[] content) throws IOException {
    Path file = Files.write(dir.resolve("content"), content);
    try (OwnFile own = OwnFile.open(file)) {
      Descriptor open = own.reader();
      Files.delete(file);
      return open;
    }
  }

  Path file(TemplateKey key, String name) {
    return fixture.files(key).directory().resolve(name);
  }
}
