fn test_forgotten() {}
