package io.vmfactory.vmm.groups;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The groups of this host. */
final class KernelGroupFiles implements GroupFiles {
  @Override
  public void make(Path group) throws IOException {
    Files.createDirectories(group);
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public void write(Path setting, String value) throws IOException {
    Files.writeString(setting, value, StandardOpenOption.WRITE);
  }

  @Override
  public String read(Path setting) throws IOException {
    return Files.readString(setting);
  }

  @Override
  public List<Path> below(Path group) throws IOException {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(group, Files::isDirectory)) {
      folders.forEach(all::add);
    }
    return all;
  }

  @Override
  public void remove(Path group) throws IOException {
    Files.deleteIfExists(group);
  }
}
