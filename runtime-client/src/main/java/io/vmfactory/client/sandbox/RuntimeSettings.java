package io.vmfactory.client.sandbox;

import io.vmfactory.configs.ConfigException;
import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a runtime instance is told once.
 *
 * @param runtime the factory, the sandboxes, the images
 * @param qemu the VMs that it boots itself
 */
public record RuntimeSettings(RuntimeConfig runtime, QemuConfig qemu) {

  /** What {@code config} says to runtime instances. */
  public static RuntimeSettings of(VmFactoryConfig config) {
    return new RuntimeSettings(config.runtime(), config.qemu());
  }

  /**
   * What the configuration file says; null = the one that the daemon would find.
   *
   * @throws ConfigException naming everything that is wrong in it
   */
  public static RuntimeSettings load(@Nullable Path file) {
    return of(new ConfigLoader(Surroundings.ofThisProcess()).load(file).config());
  }
}
