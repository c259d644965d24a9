@echo off
rem Runs Margrave from the distribution that this script lies in. Needs Java 17 or newer. Not tested.
setlocal
set "MARGRAVE_HOME=%~dp0.."
set "JAVA_COMMAND=java"
if defined JAVA_HOME set "JAVA_COMMAND=%JAVA_HOME%\bin\java"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
set "MARGRAVE_BLAS="
if exist "%MARGRAVE_HOME%\lib\mkl-*-redist.jar" set "MARGRAVE_BLAS=-Dorg.bytedeco.openblas.load=mkl" & set "MKL_NUM_THREADS=1"
if defined MARGRAVE_CLASSPATH set "MARGRAVE_CLASSPATH=;%MARGRAVE_CLASSPATH%"
"%JAVA_COMMAND%" -XX:+UseParallelGC -XX:MaxRAMPercentage=35 --enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 %MARGRAVE_BLAS% %MARGRAVE_JAVA_OPTS% -cp "%MARGRAVE_HOME%\lib\*%MARGRAVE_CLASSPATH%" io.margrave.cli.Main %*
exit /b %ERRORLEVEL%
