package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;

/**
 * Makes and writes files that only their owner may open. Never follows a link, and never writes
 * into a pipe, a device, or a file that has a second name.
 */
public final class OwnerOnly {
  private static final int MODE = 0600;

  private OwnerOnly() {}

  /** Makes {@code file}, empty and with mode 0600. Leaves anything that has the name unchanged. */
  public static void create(Path file) throws IOException {
    try {
      fresh(file, LibC.O_WRONLY).close();
    } catch (FileAlreadyExistsException e) {
      return;
    }
  }

  /** Makes {@code file}, which must not exist, and opens it. */
  private static Descriptor fresh(Path file, int flags) throws IOException {
    return new Descriptor(LibC.open(file, flags | LibC.O_CREAT | LibC.O_EXCL, MODE));
  }

  /**
   * Makes {@code file} if it does not exist, with mode 0600, and opens it for appending.
   *
   * @throws IOException if something else than a file of this user has the name
   */
  public static Descriptor log(Path file) throws IOException {
    int flags = LibC.O_WRONLY | LibC.O_APPEND | LibC.O_CREAT;
    return held(file, new Descriptor(plain(file, flags)));
  }

  /**
   * Makes {@code file} if it does not exist, with mode 0600, and opens it.
   *
   * @param flags how it is opened
   * @throws IOException if it is a link or no regular file
   */
  static int plain(Path file, int flags) throws IOException {
    return LibC.open(file, flags | LibC.O_NOFOLLOW | LibC.O_NONBLOCK, MODE);
  }

  /**
   * Appends to {@code file}, which is made with mode 0600 if it does not exist. Not synced. One
   * caller at a time. An interruption of the thread does not disturb it.
   *
   * @throws IOException if something else than a file of this user has the name
   */
  public static void append(Path file, byte[] content) throws IOException {
    try (Descriptor opened = log(file)) {
      write(opened, content);
    } catch (LastErrorException e) {
      throw Errno.inFile("cannot write", e);
    }
  }

  private static void write(Descriptor file, byte[] content) {
    byte[] rest = content;
    while (rest.length > 0) {
      int written = (int) LibC.write(file.number(), rest, rest.length);
      rest = Arrays.copyOfRange(rest, written, rest.length);
    }
  }

  /**
   * Opens {@code file} for writing.
   *
   * @throws IOException if it is missing, or something else than a file of this user has the name
   */
  static Descriptor existing(Path file) throws IOException {
    return held(file, new Descriptor(plain(file, LibC.O_WRONLY)));
  }

  private static Descriptor held(Path file, Descriptor opened) throws IOException {
    if (!OpenedFile.of(opened.number()).mayBeOverwritten()) {
      opened.close();
      throw new IOException(file + " is not a file of this user alone; check it, then remove it");
    }
    return opened;
  }

  /**
   * Opens {@code file} for overwriting. If something else than a file of this user alone has the
   * name, that is removed, and a new file is made.
   */
  static Descriptor overwritable(Path file) throws IOException {
    try {
      return existing(file);
    } catch (NoSuchFileException e) {
      return fresh(file, LibC.O_WRONLY);
    } catch (IOException e) {
      Files.delete(file); // a link itself, not what it leads to
      return fresh(file, LibC.O_WRONLY);
    }
  }

  /** Replaces the content of an open file. An interruption of the thread does not disturb it. */
  static void overwrite(Descriptor file, byte[] content) throws IOException {
    try {
      write(file, content);
      LibC.ftruncate(file.number(), content.length);
    } catch (LastErrorException e) {
      throw Errno.inFile("cannot write", e);
    }
  }

  /**
   * Replaces {@code file} by a file with that content, mode 0600, in one step. Not synced. The new
   * content is first in {@code file.new}, so one caller at a time.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (Descriptor opened = overwritable(fresh)) {
      overwrite(opened, content);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Does the same as {@link #replace}, and the new content is on disk when this returns. A reader,
   * also one after a crash of the host, gets either the former content or the new one.
   */
  public static void replaceOnDisk(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (Descriptor opened = overwritable(fresh)) {
      overwrite(opened, content);
      LibC.fsync(opened.number());
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    Directories.sync(Objects.requireNonNull(file.toAbsolutePath().getParent()));
  }

  /**
   * Makes {@code file} with that content, mode 0600, if nothing has the name yet. No process ever
   * sees a part of it, and it is on disk when this returns true.
   *
   * @return whether this call made the file
   */
  public static boolean publish(Path file, byte[] content) throws IOException {
    Path made = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try (Descriptor opened = fresh(made, LibC.O_WRONLY)) {
      overwrite(opened, content);
      LibC.fsync(opened.number());
      Files.createLink(file, made);
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(made);
    }
    Directories.sync(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    return true;
  }

  /**
   * Makes a file in {@code folder} that never has a name for others: it is gone when it is closed
   * everywhere.
   */
  public static Descriptor nameless(Path folder) throws IOException {
    Path file = folder.resolve(UUID.randomUUID() + ".tmp");
    try {
      return fresh(file, LibC.O_RDWR);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
