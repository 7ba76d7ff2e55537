module example.test/project
