#ifndef VMFACTORY_HOOKS_TEST_H
#define VMFACTORY_HOOKS_TEST_H

void hooks_tests(void);

#endif
