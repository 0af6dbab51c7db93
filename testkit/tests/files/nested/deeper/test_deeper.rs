fn test_deeper() {}
