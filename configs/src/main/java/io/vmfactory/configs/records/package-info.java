/** How this program reads its own records from files. */
@NullMarked
package io.vmfactory.configs.records;

import org.jspecify.annotations.NullMarked;
